// Construction, conversion and permutation of dense values.
#include "dlis/format/tensor.h"

#include <cmath>
#include <limits>
#include <utility>

namespace dlis {
namespace {

double load(const std::byte* data, DType type, std::int64_t i) {
  switch (type) {
    case DType::f32:
      return reinterpret_cast<const float*>(data)[i];
    case DType::f16:
      return from_f16(reinterpret_cast<const std::uint16_t*>(data)[i]);
    case DType::bf16:
      return from_bf16(reinterpret_cast<const std::uint16_t*>(data)[i]);
    case DType::i8:
      return reinterpret_cast<const std::int8_t*>(data)[i];
    case DType::u8:
      return reinterpret_cast<const std::uint8_t*>(data)[i];
    case DType::i32:
      return reinterpret_cast<const std::int32_t*>(data)[i];
    case DType::i64:
      return double(reinterpret_cast<const std::int64_t*>(data)[i]);
  }
  return 0;
}

template <class T>
void saturate(std::byte* data, std::int64_t i, double value) {
  const double low = double(std::numeric_limits<T>::min());
  const double high = double(std::numeric_limits<T>::max());
  T& out = reinterpret_cast<T*>(data)[i];
  if (std::isnan(value))
    out = 0;
  else if (value <= low)
    out = std::numeric_limits<T>::min();
  else if (value >= high)
    out = std::numeric_limits<T>::max();
  else
    out = T(value);
}

void store(std::byte* data, DType type, std::int64_t i, double value) {
  switch (type) {
    case DType::f32:
      reinterpret_cast<float*>(data)[i] = float(value);
      break;
    case DType::f16:
      reinterpret_cast<std::uint16_t*>(data)[i] = to_f16(float(value));
      break;
    case DType::bf16:
      reinterpret_cast<std::uint16_t*>(data)[i] = to_bf16(float(value));
      break;
    case DType::i8:
      saturate<std::int8_t>(data, i, value);
      break;
    case DType::u8:
      saturate<std::uint8_t>(data, i, value);
      break;
    case DType::i32:
      saturate<std::int32_t>(data, i, value);
      break;
    case DType::i64:
      saturate<std::int64_t>(data, i, value);
      break;
  }
}

}  // namespace

Tensor::Tensor(DType type, const Shape& shape)
    : type_(type),
      shape_(shape),
      bytes_(std::make_shared<Buffer>(std::size_t(shape.elements()) * size_of(type))) {}

Tensor::Tensor(DType type, const Shape& shape, Buffer bytes)
    : type_(type), shape_(shape), bytes_(std::make_shared<Buffer>(std::move(bytes))) {
  DLIS_ASSERT(bytes_->size() == this->bytes());
}

Tensor Tensor::hollow(DType type, const Shape& shape) {
  Tensor out;
  out.type_ = type, out.shape_ = shape;
  out.bytes_ = std::make_shared<Buffer>();
  return out;
}

Tensor Tensor::scalar(float value) { return of<float>(Shape{}, std::span(&value, 1)); }

Tensor Tensor::ints(std::span<const std::int64_t> values) {
  return of<std::int64_t>(Shape{std::int64_t(values.size())}, values);
}

Tensor Tensor::reshaped(const Shape& shape) const {
  DLIS_ASSERT(shape.elements() == elements());
  Tensor out = *this;
  out.shape_ = shape;
  return out;
}

Tensor Tensor::converted(DType type) const {
  if (type == type_) return *this;
  if (is_hollow()) return hollow(type, shape_);
  Tensor out(type, shape_);
  for (std::int64_t i = 0; i < elements(); ++i)
    store(out.bytes_->data(), type, i, load(bytes_->data(), type_, i));
  return out;
}

Tensor Tensor::permuted(std::span<const int> order) const {
  DLIS_ASSERT(int(order.size()) == shape_.rank());
  const Shape from = row_major_strides(shape_);
  Shape shape = shape_, strides = shape_;
  for (int axis = 0; axis < shape_.rank(); ++axis) {
    shape[axis] = shape_[order[std::size_t(axis)]];
    strides[axis] = from[order[std::size_t(axis)]];
  }
  if (is_hollow()) return hollow(type_, shape);
  Tensor out(type_, shape);
  copy_elements({bytes_->data(), type_, shape, strides}, out.edit_view());
  return out;
}

ConstView Tensor::view() const {
  return {bytes_->data(), type_, shape_, row_major_strides(shape_)};
}

View Tensor::edit_view() {
  detach();
  return {bytes_->data(), type_, shape_, row_major_strides(shape_)};
}

void Tensor::detach() {
  DLIS_ASSERT(has_value() && !is_hollow());
  if (bytes_.use_count() == 1 && !bytes_->is_borrowed()) return;
  auto copy = std::make_shared<Buffer>(bytes_->size());
  std::memcpy(copy->data(), bytes_->data(), bytes_->size());
  bytes_ = std::move(copy);
}

void copy_elements(const ConstView& from, const View& to) {
  DLIS_ASSERT(from.shape == to.shape && from.type == to.type);
  if (from.shape.elements() == 0) return;
  const std::size_t size = size_of(from.type);
  const int rank = from.shape.rank();
  Shape index = from.shape;
  for (int axis = 0; axis < rank; ++axis) index[axis] = 0;
  const std::byte* source = from.data;
  std::byte* target = to.data;
  for (;;) {
    std::memcpy(target, source, size);
    int axis = rank - 1;
    for (; axis >= 0; --axis) {
      source += from.strides[axis] * std::int64_t(size);
      target += to.strides[axis] * std::int64_t(size);
      if (++index[axis] < from.shape[axis]) break;
      source -= from.strides[axis] * from.shape[axis] * std::int64_t(size);
      target -= to.strides[axis] * to.shape[axis] * std::int64_t(size);
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

}  // namespace dlis
