// A hash of content for keys of caches and stores; not for secrets.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace dlis {

// MurmurHash3_x64_128 (Appleby, 2011) with seed 0, fed in pieces: any way of cutting the same bytes
// gives the same 128 bits, on every platform.
class Hasher {
 public:
  Hasher& add(std::span<const std::byte> bytes);
  Hasher& add(std::string_view text);  // its length first, so that "ab","c" and "a","bc" differ
  Hasher& add(std::int64_t value);     // eight bytes, little-endian
  std::string hex() const;             // 32 digits; more may be added afterwards

 private:
  void mix(const std::byte* block);
  std::uint64_t h1_ = 0, h2_ = 0, length_ = 0;
  std::array<std::byte, 16> tail_{};  // length_ % 16 bytes that wait for the rest of their block
};

std::string hash_of(std::span<const std::byte> bytes);

}  // namespace dlis
