// A row's operands on its device, apart from any plan: for timing and testing it alone.
#pragma once
#include <vector>

#include "dlis/compute/row.h"
#include "dlis/hardware/device.h"

namespace dlis {

class DeviceOperands {
 public:
  // Copies what `call` views, and `margin` bytes around each view, to the device called `name`. The
  // call's memory has to stay. Errors: no such device here, too little memory on it.
  static Result<DeviceOperands> open(std::string_view name, const Call& call,
                                     std::size_t packed_bytes, std::size_t scratch_bytes,
                                     std::size_t margin = 0);

  // Enqueues and waits.
  template <class P>
  Status run(const Row<P>& row, const P& problem) {
    DLIS_TRY(row.enqueue(problem, call()));
    return finish();
  }
  DeviceCall call() const;
  const Offload& offload() const { return *device_->offload; }
  Status flush() { return offload().flush(*queue_); }
  Status finish() { return offload().finish(*queue_); }
  Status give();   // inputs once more
  Status fetch();  // outputs back to where `call` views them, with their margins

 private:
  struct Piece {
    std::byte* host;  // of its first byte on the device
    std::size_t bytes;
    std::shared_ptr<DeviceMemory> memory;
  };
  Result<Piece> piece(const std::byte* host, std::size_t bytes);
  Result<DeviceView> copied(const ConstView& view, std::size_t margin, Piece& into);

  const Device* device_ = nullptr;
  std::shared_ptr<DeviceQueue> queue_;
  std::vector<Piece> inputs_, outputs_;
  Piece packed_, scratch_;
  const std::byte* packed_on_host_ = nullptr;
  std::vector<DeviceView> reads_, writes_;
};

// Bytes from the first to the last element of a view.
std::size_t extent_of(DType type, const Shape& shape, const Shape& strides);

}  // namespace dlis
