// Bytes as a `.dlis` file in memory.
#pragma once
#include <cstring>
#include <memory>

#include "dlis/runtime/file.h"
#include "dlis/runtime/file_header.h"
#include "tests/fuzz/fuzz.h"

namespace dlis::fuzz {

// In a block of its own size, so that nothing behind it is read, from a multiple of 64 on.
inline Mapping exact_copy(const std::uint8_t* data, std::size_t size) {
  void* block = nullptr;
  expect(posix_memalign(&block, kAlignment, size) == 0);
  std::memcpy(block, data, size);
  return {{static_cast<const std::byte*>(block), size},
          std::shared_ptr<const void>(block, [](void* b) { std::free(b); })};
}

// Lengths and hashes are made right, so that what they guard is reached.
inline void make_right(const Mapping& file) {
  auto* begin = const_cast<std::byte*>(file.bytes.data());
  FileHeader header;
  if (file.bytes.size() < sizeof header) return;
  std::memcpy(&header, begin, sizeof header);
  header.magic = kFileMagic, header.version = kFileVersion, header.zeros = {};
  if (header.structure_bytes > file.bytes.size() - sizeof header ||
      data_begin(header) > file.bytes.size())
    return;
  header.data_bytes = file.bytes.size() - data_begin(header);
  header.hash = hash_of(header, file.bytes.subspan(sizeof header, header.structure_bytes));
  std::memcpy(begin, &header, sizeof header);
}

}  // namespace dlis::fuzz
