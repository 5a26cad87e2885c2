// Files that belong to a store.
#include "dlis/explore/store.h"

namespace dlis {

namespace fs = std::filesystem;

namespace {

// Also where one of them is not there yet.
bool will_be_same(const fs::path& a, const fs::path& b) {
  std::error_code missing;
  if (fs::equivalent(a, b, missing)) return true;
  const auto place = [&](fs::path file) {
    if (fs::is_symlink(file, missing)) file = file.parent_path() / fs::read_symlink(file, missing);
    return fs::weakly_canonical(fs::absolute(file), missing);
  };
  return place(a) == place(b);
}

}  // namespace

fs::path screening_store_of(fs::path store) { return store.replace_extension(".screen.db"); }
fs::path retrained_folder_of(fs::path store) { return store.replace_extension(".retrained"); }

Status check_is_not_store(const fs::path& file, const fs::path& store) {
  if (file.empty()) return {};
  for (const fs::path& records : {store, screening_store_of(store)})
    for (const char* beside : {"", "-wal", "-shm", "-journal"})
      if (will_be_same(file, records.string() + beside))
        return fail("it is the store, whose records would be lost", file.string(),
                    "name another file");
  return {};
}

}  // namespace dlis
