// Renames over an empty folder are atomic, as those over files are.
#include "dlis/base/new_folder.h"

#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace dlis {

namespace fs = std::filesystem;

namespace {

// "out/" and "./out" are "out".
fs::path without_slash(const fs::path& folder) {
  const fs::path plain = folder.lexically_normal();
  return plain.has_filename() ? plain : plain.parent_path();
}

Status check_free(const fs::path& folder) {
  std::error_code error;
  const auto status = fs::symlink_status(folder, error);
  if (!fs::exists(status)) return {};
  if (!fs::is_directory(status))
    return fail("this is there already, and is no folder", folder.string(), "name another one");
  const bool empty = fs::is_empty(folder, error);
  if (error) return fail("the folder cannot be read", folder.string(), "check its mode");
  if (!empty) return fail("the folder is not empty", folder.string(), "name a new one");
  return {};
}

}  // namespace

NewFolder::NewFolder(fs::path wanted, fs::path hidden)
    : wanted_(std::move(wanted)), hidden_(std::move(hidden)) {}
NewFolder::NewFolder(NewFolder&& other) noexcept
    : wanted_(std::move(other.wanted_)), hidden_(std::move(other.hidden_)) {
  other.hidden_.clear();
}
NewFolder::~NewFolder() {
  std::error_code ignored;
  if (!hidden_.empty()) fs::remove_all(hidden_, ignored);
}

Result<NewFolder> NewFolder::make(const fs::path& folder) {
  const fs::path wanted = without_slash(folder);
  if (wanted.empty() || wanted == "." || wanted == ".." || wanted == "/")
    return fail("this is no name for a new folder", folder.string(), "name one that is not there");
  DLIS_TRY(check_free(wanted));
  std::string hidden =
      (wanted.parent_path() / fmt::format(".{}.XXXXXX", wanted.filename().string())).string();
  if (!::mkdtemp(hidden.data()))
    return fail(fmt::format("no folder can be made there ({})", std::strerror(errno)),
                folder.string(), "check that its parent is a folder that can be written");
  ::chmod(hidden.c_str(), 0755);  // mkdtemp's is for its owner alone
  return NewFolder(wanted, hidden);
}

Status NewFolder::finish() {
  std::error_code error;
  fs::rename(hidden_, wanted_, error);
  if (error)
    return fail(fmt::format("the folder cannot be put in its place ({})", error.message()),
                wanted_.string(), "name another one");
  hidden_.clear();
  return {};
}

}  // namespace dlis
