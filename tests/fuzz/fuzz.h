// What the fuzz targets share.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

#include "dlis/base/result.h"

namespace dlis::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}
inline std::span<const std::byte> bytes_of(const std::uint8_t* data, std::size_t size) {
  return std::as_bytes(std::span(data, size));
}

inline void expect(bool holds) {
  if (!holds) std::abort();
}

// An error says something, in one line.
inline void expect_sentence(const Error& error) {
  expect(!error.what.empty() && !error.message().empty());
}

}  // namespace dlis::fuzz
