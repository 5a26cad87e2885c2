// Whole files in and out; a file that is written exists complete or not at all.
#pragma once
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "dlis/base/buffer.h"
#include "dlis/base/limits.h"
#include "dlis/base/mapping.h"
#include "dlis/base/result.h"

namespace dlis {

// The bytes of a regular file. Errors: missing, a folder, no permission, empty, not a regular file,
// larger than the memory that is available.
Result<Buffer> read_file(const std::filesystem::path& file);
inline std::span<const std::byte> bytes_of(const Buffer& buffer) {
  return {buffer.data(), buffer.size()};
}
inline std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

// A text file of at most `limit` bytes; an empty one is no error, and files of /proc and /sys,
// which do not state their size, work too.
Result<std::string> read_text(const std::filesystem::path& file,
                              std::size_t limit = kMostTextBytes);

// Writes into a new file in the same folder, syncs it and renames it over `file`; on any error
// (no folder, no permission, disk full) nothing is left behind and an old file stays as it was.
// Links are followed; a device such as /dev/null is written to directly.
Status write_file_atomic(const std::filesystem::path& file, std::span<const std::byte> bytes);
Status write_file_atomic(const std::filesystem::path& file, std::string_view text);
// One after another, so that large ones need not lie side by side.
Status write_file_atomic(const std::filesystem::path& file,
                         std::span<const std::span<const std::byte>> pieces);

// That `file` is no folder and a new file can be written beside it; nothing is left there. Errors
// name `file`.
Status check_writable(const std::filesystem::path& file);

// That a text may be written there without taking the place of something else: `file` is not there,
// empty, no regular file (a device), or begins with `begins`, as what is written does. Errors also
// where it cannot be written.
Status check_takes_no_place(const std::filesystem::path& file, std::string_view begins);

}  // namespace dlis
