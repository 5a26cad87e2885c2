// Memory aligned for vector loads, with slack behind it that kernels may read.
#pragma once
#include <cstddef>
#include <memory>

namespace dlis {

inline constexpr std::size_t kAlignment = 64;
inline constexpr std::size_t kReadSlack = 64;  // a kernel may read so far past the end of a view

// `size()` bytes at an address that is a multiple of `alignment` (of 64, if not said otherwise),
// zeroed; moves, does not copy.
// Large buffers come straight from the system's zero pages, so they cost nothing until touched.
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::size_t size, std::size_t alignment = kAlignment);
  // Bytes of somebody else's, such as a mapped file, that `keeper` keeps alive: only read. 64 bytes
  // behind them can be read as well.
  Buffer(const std::byte* data, std::size_t size, std::shared_ptr<const void> keeper);

  std::byte* data() { return data_.get(); }
  const std::byte* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  bool is_borrowed() const { return data_.get_deleter().keeper != nullptr; }

 private:
  struct Free {
    std::shared_ptr<const void> keeper;  // of borrowed bytes
    void operator()(std::byte* p) const;
  };
  std::unique_ptr<std::byte[], Free> data_;
  std::size_t size_ = 0;
};

}  // namespace dlis
