// A block of outputs of a depthwise convolution, and where its inputs and outputs lie. For
// .simd.cpp files only.
#pragma once
#include "dlis/compute/conv/narrow_depthwise.h"
#include "dlis/compute/simd/vec.h"

namespace dlis::DLIS_SIMD {

template <int k, int u, int rows, int columns>
struct Blocking {
  static constexpr int size = k, stride = u, out_rows = rows, out_columns = columns;
  static constexpr int in_rows = (rows - 1) * u + k, in_columns = (columns - 1) * u + k;
  static constexpr int outputs = rows * columns, inputs = in_rows * in_columns;
};

// What lies outside of the image is zeros to read and waste to write.
template <class B>
struct Addresses {
  const std::byte* x[B::inputs];
  std::byte* y[B::outputs];
  const std::byte* residual[B::outputs];
};

DLIS_INLINE std::byte* at(const NarrowPlane& plane, std::int64_t row, std::int64_t column) {
  return plane.data + row * plane.row_step + column * plane.pixel_step;
}
DLIS_INLINE const std::byte* pixel(const NarrowTile& t, std::int64_t row, std::int64_t column) {
  return row >= 0 && row < t.h && column >= 0 && column < t.w ? at(t.x, row, column) : t.zeros;
}
template <class B>
DLIS_INLINE Addresses<B> addresses_of(const NarrowTile& t, std::int64_t p0, std::int64_t q0) {
  Addresses<B> to;
  const std::int64_t row = p0 * t.stride_h - t.pad_top, column = q0 * t.stride_w - t.pad_left;
  const bool inner =
      row >= 0 && row + B::in_rows <= t.h && column >= 0 && column + B::in_columns <= t.w;
  for (int i = 0; i < B::in_rows; ++i)
    for (int j = 0; j < B::in_columns; ++j)
      to.x[i * B::in_columns + j] =
          inner ? at(t.x, row + i, column + j) : pixel(t, row + i, column + j);
  for (int i = 0; i < B::outputs; ++i) {
    const std::int64_t p = p0 + i / B::out_columns, q = q0 + i % B::out_columns;
    const bool inside = p < t.p1 && q < t.q;
    to.y[i] = inside ? at(t.y, p, q) : t.waste;
    to.residual[i] = inside && t.residual.data ? at(t.residual, p, q) : t.waste;
  }
  return to;
}

}  // namespace dlis::DLIS_SIMD
