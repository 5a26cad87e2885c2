#include "dlis/compute/device_operands.h"

#include "dlis/base/buffer.h"

namespace dlis {

std::size_t extent_of(DType type, const Shape& shape, const Shape& strides) {
  std::int64_t last = 0;
  for (int axis = 0; axis < shape.rank(); ++axis) last += (shape[axis] - 1) * strides[axis];
  return std::size_t(last + 1) * size_of(type);
}

Result<DeviceOperands> DeviceOperands::open(std::string_view name, const Call& call,
                                            std::size_t packed_bytes, std::size_t scratch_bytes,
                                            std::size_t margin) {
  DeviceOperands out;
  out.device_ = find_device(name);
  if (!out.device_ || !out.device_->offload)
    return fail("there is no device with a queue of that name", std::string(name));
  out.queue_ = DLIS_TRY(out.offload().open_queue());
  for (const ConstView& view : call.inputs) {
    out.inputs_.emplace_back();
    out.reads_.push_back(DLIS_TRY(out.copied(view, margin, out.inputs_.back())));
  }
  for (const View& view : call.outputs) {
    out.outputs_.emplace_back();
    out.writes_.push_back(DLIS_TRY(out.copied(view, margin, out.outputs_.back())));
  }
  out.packed_ = DLIS_TRY(out.piece(call.packed, packed_bytes));
  out.packed_on_host_ = call.packed;
  out.scratch_ = DLIS_TRY(out.piece(nullptr, scratch_bytes));
  return out;
}

Result<DeviceOperands::Piece> DeviceOperands::piece(const std::byte* host, std::size_t bytes) {
  Piece out{const_cast<std::byte*>(host), bytes, {}};
  out.memory = DLIS_TRY(offload().allocate(bytes + kReadSlack, nullptr));
  if (host) DLIS_TRY(offload().to_device(*queue_, *out.memory, host, {0, bytes}));
  return out;
}

Result<DeviceView> DeviceOperands::copied(const ConstView& view, std::size_t margin, Piece& into) {
  const std::size_t before = view.data ? margin : 0;
  const std::size_t bytes =
      view.data ? extent_of(view.type, view.shape, view.strides) + 2 * margin : 0;
  into = DLIS_TRY(piece(view.data ? view.data - before : nullptr, bytes));
  return DeviceView{into.memory.get(), before, view.type, view.shape, view.strides};
}

DeviceCall DeviceOperands::call() const {
  return {*queue_, reads_, writes_, packed_.memory.get(), packed_on_host_, scratch_.memory.get()};
}

Status DeviceOperands::give() {
  for (const Piece& piece : inputs_)
    if (piece.host)
      DLIS_TRY(offload().to_device(*queue_, *piece.memory, piece.host, {0, piece.bytes}));
  return {};
}

Status DeviceOperands::fetch() {
  for (const Piece& piece : outputs_)
    if (piece.host)
      DLIS_TRY(offload().to_host(*queue_, *piece.memory, piece.host, {0, piece.bytes}));
  return {};
}

}  // namespace dlis
