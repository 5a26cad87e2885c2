// The first 128 bytes of a `.dlis` file: header, structure (file.fbs), and from the next multiple
// of 64 on the weights, each at a multiple of 64, with 64 bytes behind the last.
#pragma once
#include <array>
#include <cstdint>
#include <cstring>

#include "dlis/base/buffer.h"
#include "dlis/base/hash.h"

namespace dlis {

inline constexpr std::uint32_t kFileVersion = 1;
inline constexpr std::array<char, 8> kFileMagic{'D', 'L', 'I', 'S', '\r', '\n', '\x1a', '\n'};

// Numbers are little-endian, as every machine is that dlis runs on.
struct FileHeader {
  std::array<char, 8> magic = kFileMagic;
  std::uint32_t version = kFileVersion;
  std::uint32_t zero = 0;
  std::uint64_t structure_bytes = 0;
  std::uint64_t data_bytes = 0;
  std::array<char, 32> data_hash{};  // hash_of
  std::array<char, 32> hash{};       // of what stands above, and of the structure
  std::array<char, 32> zeros{};
};
static_assert(sizeof(FileHeader) == 128);

constexpr std::uint64_t up_to_line(std::uint64_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}
// Where weights begin.
constexpr std::uint64_t data_begin(const FileHeader& header) {
  return up_to_line(sizeof header + header.structure_bytes);
}

inline std::array<char, 32> hash_field(const Hasher& hasher) {
  std::array<char, 32> out{};
  const std::string hex = hasher.hex();
  std::memcpy(out.data(), hex.data(), out.size());
  return out;
}

inline std::array<char, 32> hash_of(const FileHeader& header,
                                    std::span<const std::byte> structure) {
  const auto* begin = reinterpret_cast<const std::byte*>(&header);
  Hasher hasher;
  return hash_field(hasher.add({begin, offsetof(FileHeader, hash)}).add(structure));
}

}  // namespace dlis
