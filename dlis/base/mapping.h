// A file as memory that the system reads when it is touched and drops when it needs the room.
#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

#include "dlis/base/result.h"

namespace dlis {

// Bytes, and what keeps them alive.
struct Mapping {
  std::span<const std::byte> bytes;
  std::shared_ptr<const void> keeper;
};

// A regular file, read-only, from an address that is a multiple of 64; it stays what it is while a
// new file takes its name. Errors: missing, a folder, no permission, empty, not a regular file.
Result<Mapping> map_file(const std::filesystem::path& file);

}  // namespace dlis
