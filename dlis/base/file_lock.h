// One process at a time, among those that ask for the same file.
#pragma once
#include <filesystem>

#include "dlis/base/result.h"

namespace dlis {

// Held until it goes, or the process ends in whatever way.
class FileLock {
 public:
  // Waits for it; the file is made where there is none. Error: it cannot be made.
  static Result<FileLock> take(const std::filesystem::path& file);
  FileLock(FileLock&& other) noexcept : file_(other.file_) { other.file_ = -1; }
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int file) : file_(file) {}
  int file_;
};

}  // namespace dlis
