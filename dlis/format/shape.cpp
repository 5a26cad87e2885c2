// Products, text and broadcasting of extents.
#include "dlis/format/shape.h"

#include <algorithm>

#include "dlis/base/check.h"

namespace dlis {

Shape::Shape(std::span<const std::int64_t> extents) {
  for (auto extent : extents) push_back(extent);
}

void Shape::push_back(std::int64_t extent) {
  DLIS_ASSERT(rank_ < kMaxRank);
  extents_[std::size_t(rank_++)] = extent;
}

std::int64_t Shape::elements() const {
  std::int64_t product = 1;
  for (auto extent : *this) product *= extent;
  return product;
}

std::string Shape::text() const {
  std::string out;
  for (auto extent : *this) out += (out.empty() ? "" : "x") + std::to_string(extent);
  return out.empty() ? "scalar" : out;
}

bool operator==(const Shape& a, const Shape& b) { return std::ranges::equal(a, b); }

Shape row_major_strides(const Shape& shape) {
  Shape strides = shape;
  std::int64_t stride = 1;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

bool broadcast(const Shape& a, const Shape& b, Shape& out) {
  out = a.rank() >= b.rank() ? a : b;
  const Shape& other = a.rank() >= b.rank() ? b : a;
  const int shift = out.rank() - other.rank();
  for (int axis = 0; axis < other.rank(); ++axis) {
    auto& extent = out[axis + shift];
    if (extent != other[axis] && extent != 1 && other[axis] != 1) return out = Shape(), false;
    if (extent == 1) extent = other[axis];
  }
  return true;
}

}  // namespace dlis
