// Packing and unpacking a buffer with gzip, through zlib.
#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "dlis/base/result.h"

namespace dlis {

bool is_gzip(std::span<const std::byte> bytes);  // by its first two bytes

// Errors: damaged, truncated, larger than `limit` or than the available memory once unpacked.
Result<std::string> gunzip(std::span<const std::byte> bytes, std::uint64_t limit);
// Without a time stamp: the same input gives the same bytes.
Result<std::string> gzip(std::span<const std::byte> bytes);

}  // namespace dlis
