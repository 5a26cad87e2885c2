// MurmurHash3_x64_128 in pieces.
#include "dlis/base/hash.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace dlis {
namespace {

constexpr std::uint64_t kC1 = 0x87c37b91114253d5ull, kC2 = 0x4cf5ad432745937full;

std::uint64_t little_endian(const std::byte* p) {
  std::uint64_t value = 0;
  for (int i = 7; i >= 0; --i) value = value << 8 | std::uint64_t(p[i]);
  return value;
}

std::uint64_t scramble1(std::uint64_t k) { return std::rotl(k * kC1, 31) * kC2; }
std::uint64_t scramble2(std::uint64_t k) { return std::rotl(k * kC2, 33) * kC1; }

std::uint64_t finish(std::uint64_t k) {
  k = (k ^ (k >> 33)) * 0xff51afd7ed558ccdull;
  k = (k ^ (k >> 33)) * 0xc4ceb9fe1a85ec53ull;
  return k ^ (k >> 33);
}

}  // namespace

void Hasher::mix(const std::byte* block) {
  h1_ ^= scramble1(little_endian(block));
  h1_ = (std::rotl(h1_, 27) + h2_) * 5 + 0x52dce729;
  h2_ ^= scramble2(little_endian(block + 8));
  h2_ = (std::rotl(h2_, 31) + h1_) * 5 + 0x38495ab5;
}

Hasher& Hasher::add(std::span<const std::byte> bytes) {
  const std::size_t waiting = length_ % 16;
  length_ += bytes.size();
  if (waiting > 0) {
    const std::size_t n = std::min(16 - waiting, bytes.size());
    std::copy_n(bytes.begin(), n, tail_.begin() + std::ptrdiff_t(waiting));
    bytes = bytes.subspan(n);
    if (waiting + n < 16) return *this;
    mix(tail_.data());
  }
  for (; bytes.size() >= 16; bytes = bytes.subspan(16)) mix(bytes.data());
  std::copy(bytes.begin(), bytes.end(), tail_.begin());
  return *this;
}

Hasher& Hasher::add(std::string_view text) {
  add(std::int64_t(text.size()));
  return add(std::as_bytes(std::span(text.data(), text.size())));
}

Hasher& Hasher::add(std::int64_t value) {
  std::array<std::byte, 8> bytes;
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = std::byte(std::uint64_t(value) >> (8 * i));
  return add(bytes);
}

std::string Hasher::hex() const {
  std::array<std::byte, 16> last{};
  std::copy_n(tail_.begin(), length_ % 16, last.begin());
  std::uint64_t h1 = h1_ ^ scramble1(little_endian(last.data()));
  std::uint64_t h2 = h2_ ^ scramble2(little_endian(last.data() + 8));
  h1 ^= length_, h2 ^= length_;
  h1 += h2, h2 += h1;
  h1 = finish(h1), h2 = finish(h2);
  h1 += h2, h2 += h1;
  return fmt::format("{:016x}{:016x}", h1, h2);
}

std::string hash_of(std::span<const std::byte> bytes) { return Hasher().add(bytes).hex(); }

}  // namespace dlis
