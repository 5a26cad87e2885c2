// Dense values in logical (row-major) order, and views with any strides.
#pragma once
#include <cstring>
#include <memory>
#include <span>

#include "dlis/base/buffer.h"
#include "dlis/base/check.h"
#include "dlis/base/result.h"
#include "dlis/format/dtype.h"
#include "dlis/format/shape.h"

namespace dlis {

// Read-only strided access: element (i0, i1, ...) is at data + sum(i * stride) elements.
// Axes are the logical ones (N, C, H, W); the strides say how they lie in memory.
struct ConstView {
  const std::byte* data = nullptr;
  DType type = DType::f32;
  Shape shape;
  Shape strides;  // in elements
  template <class T>
  const T* as() const {
    return reinterpret_cast<const T*>(data);
  }
};

struct View {
  std::byte* data = nullptr;
  DType type = DType::f32;
  Shape shape;
  Shape strides;
  template <class T>
  T* as() const {
    return reinterpret_cast<T*>(data);
  }
  operator ConstView() const { return {data, type, shape, strides}; }
};

// A value: copies share the bytes, `edit` detaches first. Row-major, aligned to 64 bytes.
class Tensor {
 public:
  Tensor() = default;                      // no tensor at all: !has_value()
  Tensor(DType type, const Shape& shape);  // zeros
  template <class T>
  static Tensor of(const Shape& shape, std::span<const T> values) {
    Tensor t(DTypeOf<T>::value, shape);
    DLIS_ASSERT(std::int64_t(values.size()) == shape.elements());
    if (!values.empty()) std::memcpy(t.bytes_->data(), values.data(), values.size_bytes());
    return t;
  }
  // Borrowed bytes (`Buffer`), as many as type and shape say; edits copy them first.
  Tensor(DType type, const Shape& shape, Buffer bytes);
  // Type and shape of values that lie elsewhere in another form: of weights that a file holds as a
  // row packed them. What gives other types and orders gives such a tensor again.
  static Tensor hollow(DType type, const Shape& shape);
  static Tensor scalar(float value);
  static Tensor ints(std::span<const std::int64_t> values);  // rank 1, i64

  bool has_value() const { return bytes_ != nullptr; }
  bool is_hollow() const { return bytes_ && !bytes_->data() && elements() > 0; }
  DType type() const { return type_; }
  const Shape& shape() const { return shape_; }
  std::int64_t elements() const { return shape_.elements(); }
  std::size_t bytes() const { return std::size_t(elements()) * size_of(type_); }

  template <class T>
  std::span<const T> as() const {
    return {reinterpret_cast<const T*>(bytes_->data()), std::size_t(elements())};
  }
  const std::byte* data() const { return bytes_->data(); }
  template <class T>
  std::span<T> edit() {
    detach();
    return {reinterpret_cast<T*>(bytes_->data()), std::size_t(elements())};
  }
  std::byte* edit_data() {
    detach();
    return bytes_->data();
  }

  Tensor reshaped(const Shape& shape) const;  // the same bytes; asserts equal element counts
  Tensor converted(DType type) const;         // every element cast (saturating to integers)
  Tensor permuted(std::span<const int> order) const;  // a copy with axes in that order
  ConstView view() const;
  View edit_view();
  bool same_storage(const Tensor& other) const { return bytes_ == other.bytes_; }

 private:
  void detach();
  DType type_ = DType::f32;
  Shape shape_;
  std::shared_ptr<Buffer> bytes_;
};

// Copies element by element between views of one shape and type, whatever their strides.
void copy_elements(const ConstView& from, const View& to);

}  // namespace dlis
