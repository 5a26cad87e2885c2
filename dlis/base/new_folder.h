// A folder that appears with all of its files or not at all.
#pragma once
#include <filesystem>

#include "dlis/base/result.h"

namespace dlis {

// Files go into a hidden folder beside the one that is wanted, which `finish` renames; what was not
// finished is removed.
class NewFolder {
 public:
  // Errors: the name stands for a file or for a folder that is not empty; its parent is missing or
  // cannot be written.
  static Result<NewFolder> make(const std::filesystem::path& folder);
  NewFolder(NewFolder&& other) noexcept;
  NewFolder& operator=(NewFolder&&) = delete;
  ~NewFolder();

  const std::filesystem::path& path() const { return hidden_; }  // where files are written
  Status finish();

 private:
  NewFolder(std::filesystem::path wanted, std::filesystem::path hidden);
  std::filesystem::path wanted_, hidden_;
};

}  // namespace dlis
