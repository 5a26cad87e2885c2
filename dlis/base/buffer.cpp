// Allocates with calloc and keeps the original address in front of the aligned block.
#include "dlis/base/buffer.h"

#include <cstdint>
#include <cstdlib>
#include <new>

namespace dlis {

Buffer::Buffer(std::size_t size) : size_(size) {
  void* raw = std::calloc(size + kReadSlack + kAlignment + sizeof(void*), 1);
  if (!raw) throw std::bad_alloc();
  auto address = reinterpret_cast<std::uintptr_t>(raw) + sizeof(void*) + kAlignment - 1;
  auto* block = reinterpret_cast<std::byte*>(address / kAlignment * kAlignment);
  reinterpret_cast<void**>(block)[-1] = raw;
  data_.reset(block);
}

void Buffer::Free::operator()(std::byte* p) const { std::free(reinterpret_cast<void**>(p)[-1]); }

}  // namespace dlis
