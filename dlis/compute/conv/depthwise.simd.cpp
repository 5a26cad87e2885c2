// The kernels of the depthwise convolution, once per ISA.
//
// A block of kRows x kColumns outputs stays in registers for one vector of channels; each input of
// the block is loaded once and added to every output that it reaches. Inputs run row by row, so
// each output meets its terms in the order of r, then s.
#include "dlis/compute/conv/depthwise.h"

#include "dlis/compute/simd/activate.h"
#include "dlis/compute/simd/unroll.h"

namespace dlis::DLIS_SIMD {

namespace {

DLIS_INLINE const float* pixel(const DepthwiseTile& t, std::int64_t row, std::int64_t column) {
  const bool inside = row >= 0 && row < t.h && column >= 0 && column < t.w;
  return inside ? t.x.data + row * t.x.row_step + column * t.x.pixel_step : t.zeros;
}

// The addresses of a block's outputs and residuals; what lies beyond the image goes to waste.
template <int outputs>
struct Ends {
  float* y[outputs];
  const float* residual[outputs];
};

template <int rows, int columns>
DLIS_INLINE Ends<rows * columns> ends_of(const DepthwiseTile& t, std::int64_t p0, std::int64_t q0) {
  Ends<rows * columns> ends;
  for (int i = 0; i < rows * columns; ++i) {
    const std::int64_t p = p0 + i / columns, q = q0 + i % columns;
    const bool inside = p < t.p1 && q < t.q;
    ends.y[i] = inside ? t.y.data + p * t.y.row_step + q * t.y.pixel_step : t.waste;
    const Plane<const float>& residual = t.residual;
    ends.residual[i] = inside && residual.data
                           ? residual.data + p * residual.row_step + q * residual.pixel_step
                           : t.waste;
  }
  return ends;
}

DLIS_INLINE void finish(const DepthwiseTile& t, Vec sum, float* y, const float* residual,
                        std::int64_t c) {
  if (t.residual.data) sum = sum + load(residual + c);
  sum = activate(sum, t.activation, splat(t.a), splat(t.b));
  if (c + kLanes <= t.c1)
    store(y + c, sum);
  else
    store(y + c, sum, static_cast<int>(t.c1 - c));
}

template <int k, int u, int rows, int columns>
struct Blocking {
  static constexpr int size = k, stride = u, out_rows = rows, out_columns = columns;
  static constexpr int in_rows = (rows - 1) * u + k, in_columns = (columns - 1) * u + k;
};

// The outputs that input (i, j) reaches, each through weight (i - p * u, j - q * u).
template <class B, int i, int j>
DLIS_INLINE void spread(Vec x, const Vec* w, Vec* sum) {
  unroll<B::out_rows * B::out_columns>(DLIS_LAMBDA(o) {
    constexpr int r = i - o.value / B::out_columns * B::stride;
    constexpr int s = j - o.value % B::out_columns * B::stride;
    if constexpr (r >= 0 && r < B::size && s >= 0 && s < B::size)
      sum[o.value] = fma(x, w[r * B::size + s], sum[o.value]);
  });
}

template <class B>
DLIS_INLINE void block(const DepthwiseTile& t, const float* const* taps,
                       const Ends<B::out_rows * B::out_columns>& ends) {
  for (std::int64_t c = t.c0; c < t.c1; c += kLanes) {
    const float* weights = t.weights + c;
    Vec sum[B::out_rows * B::out_columns], w[B::size * B::size];
    const Vec bias = load(t.bias + c);
    unroll<B::out_rows * B::out_columns>(DLIS_LAMBDA(o) { sum[o.value] = bias; });
    unroll<B::in_rows>(DLIS_LAMBDA(i) {
      if constexpr (i.value < B::size)
        unroll<B::size>(DLIS_LAMBDA(s) {
          constexpr int at = i.value * B::size + s.value;
          w[at] = load(weights + at * t.channels);
        });
      unroll<B::in_columns>(DLIS_LAMBDA(j) {
        spread<B, i.value, j.value>(load(taps[i.value * B::in_columns + j.value] + c), w, sum);
      });
    });
    unroll<B::out_rows * B::out_columns>(
        DLIS_LAMBDA(o) { finish(t, sum[o.value], ends.y[o.value], ends.residual[o.value], c); });
  }
}

template <class B>
DLIS_INLINE void place(const DepthwiseTile& t, std::int64_t p, std::int64_t q) {
  const auto ends = ends_of<B::out_rows, B::out_columns>(t, p, q);
  const std::int64_t row = p * B::stride - t.pad_top, column = q * B::stride - t.pad_left;
  const float* taps[B::in_rows * B::in_columns];
  for (int i = 0; i < B::in_rows; ++i)
    for (int j = 0; j < B::in_columns; ++j)
      taps[i * B::in_columns + j] = pixel(t, row + i, column + j);
  block<B>(t, taps, ends);
}

template <class B>
void tile(const DepthwiseTile& t) {
  for (std::int64_t p = t.p0; p < t.p1; p += B::out_rows)
    for (std::int64_t q = 0; q < t.q; q += B::out_columns) place<B>(t, p, q);
}

// Any filter, stride and dilation: four outputs of one row, each input looked up.
void tile_any(const DepthwiseTile& t) {
  for (std::int64_t p = t.p0; p < t.p1; ++p)
    for (std::int64_t q = 0; q < t.q; q += 4) {
      const auto ends = ends_of<1, 4>(t, p, q);
      for (std::int64_t c = t.c0; c < t.c1; c += kLanes) {
        const Vec bias = load(t.bias + c);
        Vec sum0 = bias, sum1 = bias, sum2 = bias, sum3 = bias;
        const float* weights = t.weights + c;
        for (std::int64_t r = 0; r < t.r; ++r)
          for (std::int64_t s = 0; s < t.s; ++s, weights += t.channels) {
            const std::int64_t row = p * t.stride_h - t.pad_top + r * t.dilation_h;
            const std::int64_t column = q * t.stride_w - t.pad_left + s * t.dilation_w;
            const Vec w = load(weights);
            sum0 = fma(load(pixel(t, row, column) + c), w, sum0);
            sum1 = fma(load(pixel(t, row, column + t.stride_w) + c), w, sum1);
            sum2 = fma(load(pixel(t, row, column + 2 * t.stride_w) + c), w, sum2);
            sum3 = fma(load(pixel(t, row, column + 3 * t.stride_w) + c), w, sum3);
          }
        finish(t, sum0, ends.y[0], ends.residual[0], c);
        finish(t, sum1, ends.y[1], ends.residual[1], c);
        finish(t, sum2, ends.y[2], ends.residual[2], c);
        finish(t, sum3, ends.y[3], ends.residual[3], c);
      }
    }
}

void widen(const std::uint16_t* from, float* to, std::int64_t count) {
  for (std::int64_t i = 0; i < count; i += kLanes) store(to + i, load_bf16(from + i));
}

using K3U1 = Blocking<3, 1, 2, kRegisters == 32 ? 4 : 2>;
using K3U2 = Blocking<3, 2, kRegisters == 32 ? 2 : 1, 4>;
using K5U1 = Blocking<5, 1, 1, kRegisters == 32 ? 8 : 4>;
using K5U2 = Blocking<5, 2, 1, 4>;

}  // namespace

extern const DepthwiseKernels depthwise_kernels;
const DepthwiseKernels depthwise_kernels = {
    {tile_any, tile<K3U1>, tile<K3U2>, tile<K5U1>, tile<K5U2>}, widen};

}  // namespace dlis::DLIS_SIMD
