// The kernels of the depthwise convolution, once per ISA.
//
// A block of rows x columns outputs stays in registers for one vector of channels; each input of
// the block is loaded once and added to every output that it reaches. Inputs run row by row, so
// each output meets its terms in the order of r, then s. Eight sums at once hide the latency of a
// fused multiply-add, and two rows of four need fewer loads than multiply-adds.
#include "dlis/compute/conv/depthwise.h"

#include "dlis/compute/simd/activate.h"
#include "dlis/compute/simd/unroll.h"

namespace dlis::DLIS_SIMD {

namespace {

DLIS_INLINE const float* pixel(const DepthwiseTile& t, std::int64_t row, std::int64_t column) {
  const bool inside = row >= 0 && row < t.h && column >= 0 && column < t.w;
  return inside ? t.x.data + row * t.x.row_step + column * t.x.pixel_step : t.zeros;
}

template <int k, int u, int rows, int columns>
struct Blocking {
  static constexpr int size = k, stride = u, out_rows = rows, out_columns = columns;
  static constexpr int in_rows = (rows - 1) * u + k, in_columns = (columns - 1) * u + k;
  static constexpr int outputs = rows * columns, inputs = in_rows * in_columns;
};

// The addresses of a block's inputs, outputs and residuals. What lies outside of the image is zeros
// to read and waste to write.
template <class B>
struct Addresses {
  const float* x[B::inputs];
  float* y[B::outputs];
  const float* residual[B::outputs];
};

template <class B>
DLIS_INLINE void find_inputs(const DepthwiseTile& t, std::int64_t row, std::int64_t column,
                             const float** x) {
  const bool inside =
      row >= 0 && row + B::in_rows <= t.h && column >= 0 && column + B::in_columns <= t.w;
  const float* first = t.x.data + row * t.x.row_step + column * t.x.pixel_step;
  for (int i = 0; i < B::in_rows; ++i, first += t.x.row_step) {
    const float* from = first;
    for (int j = 0; j < B::in_columns; ++j, from += t.x.pixel_step)
      *x++ = inside ? from : pixel(t, row + i, column + j);
  }
}

template <class B>
DLIS_INLINE Addresses<B> addresses_of(const DepthwiseTile& t, std::int64_t p0, std::int64_t q0) {
  Addresses<B> at;
  find_inputs<B>(t, p0 * t.stride_h - t.pad_top, q0 * t.stride_w - t.pad_left, at.x);
  for (int i = 0; i < B::outputs; ++i) {
    const std::int64_t p = p0 + i / B::out_columns, q = q0 + i % B::out_columns;
    const bool inside = p < t.p1 && q < t.q;
    at.y[i] = inside ? t.y.data + p * t.y.row_step + q * t.y.pixel_step : t.waste;
    const Plane<const float>& r = t.residual;
    at.residual[i] = inside && r.data ? r.data + p * r.row_step + q * r.pixel_step : t.waste;
  }
  return at;
}

// The outputs that input (i, j) reaches, each through weight (i - p * u, j - q * u).
template <class B, int i, int j>
DLIS_INLINE void spread(Vec x, const Vec* w, Vec* sum) {
  unroll<B::outputs>(DLIS_LAMBDA(o) {
    constexpr int r = i - o.value / B::out_columns * B::stride;
    constexpr int s = j - o.value % B::out_columns * B::stride;
    if constexpr (r >= 0 && r < B::size && s >= 0 && s < B::size)
      sum[o.value] = fma(x, w[r * B::size + s], sum[o.value]);
  });
}

// One vector of channels of a block.
template <class B>
DLIS_INLINE void add_up(const DepthwiseTile& t, const Addresses<B>& at, std::int64_t c, Vec* sum) {
  const float* weights = t.weights + weights_at(B::size * B::size, c);
  const Vec bias = load(t.bias + c);
  unroll<B::outputs>(DLIS_LAMBDA(o) { sum[o.value] = bias; });
  Vec w[B::size * B::size];
  unroll<B::in_rows>(DLIS_LAMBDA(i) {
    if constexpr (i.value < B::size)
      unroll<B::size>(DLIS_LAMBDA(s) {
        constexpr int tap = i.value * B::size + s.value;
        w[tap] = load(weights + tap * kDepthwisePad);
      });
    unroll<B::in_columns>(DLIS_LAMBDA(j) {
      spread<B, i.value, j.value>(load(at.x[i.value * B::in_columns + j.value] + c), w, sum);
    });
  });
}

// The activations that are no clamp, on outputs that are stored already.
template <int outputs>
__attribute__((noinline)) void activate_all(const DepthwiseTile& t, float* const* y) {
  for (int o = 0; o < outputs; ++o)
    for (std::int64_t c = t.c0; c < t.c1; c += kLanes) {
      const int count = t.c1 - c < kLanes ? static_cast<int>(t.c1 - c) : kLanes;
      const Vec x = load(y[o] + c, count);
      store(y[o] + c, activate(x, t.activation, splat(t.low), splat(t.high)), count);
    }
}

// Residual, clamp and store of one vector of channels.
template <class B>
DLIS_INLINE void finish(const DepthwiseTile& t, const Addresses<B>& at, std::int64_t c, Vec* sum) {
  if (t.residual.data)
    unroll<B::outputs>(
        DLIS_LAMBDA(o) { sum[o.value] = sum[o.value] + load(at.residual[o.value] + c); });
  if (t.clamped) {
    const Vec low = splat(t.low), high = splat(t.high);
    unroll<B::outputs>(DLIS_LAMBDA(o) { sum[o.value] = clamp(sum[o.value], low, high); });
  }
  if (c + kLanes <= t.c1)
    unroll<B::outputs>(DLIS_LAMBDA(o) { store(at.y[o.value] + c, sum[o.value]); });
  else
    unroll<B::outputs>(
        DLIS_LAMBDA(o) { store(at.y[o.value] + c, sum[o.value], static_cast<int>(t.c1 - c)); });
}

template <class B>
DLIS_INLINE void block(const DepthwiseTile& t, const Addresses<B>& at) {
  for (std::int64_t c = t.c0; c < t.c1; c += kLanes) {
    Vec sum[B::outputs];
    add_up<B>(t, at, c, sum);
    finish<B>(t, at, c, sum);
  }
  if (!t.clamped) activate_all<B::outputs>(t, at.y);
}

template <class B>
__attribute__((noinline)) void place(const DepthwiseTile& t, std::int64_t p, std::int64_t q) {
  block<B>(t, addresses_of<B>(t, p, q));
}

// Blocks of `columns` outputs, and of `few` where a row ends.
template <int k, int u, int rows, int columns, int few>
DLIS_INLINE void stripe(const DepthwiseTile& t, std::int64_t p) {
  for (std::int64_t q = 0; q < t.q;) {
    const bool wide = t.q - q > few;
    if (wide)
      place<Blocking<k, u, rows, columns>>(t, p, q);
    else
      place<Blocking<k, u, rows, few>>(t, p, q);
    q += wide ? columns : few;
  }
}

template <int k, int u, int rows, int columns, int few>
void tile(const DepthwiseTile& t) {
  std::int64_t p = t.p0;
  for (; p + rows <= t.p1; p += rows) stripe<k, u, rows, columns, few>(t, p);
  for (; p < t.p1; ++p) stripe<k, u, 1, columns, few>(t, p);
}

// Any filter, stride and dilation: four outputs of one row, each input looked up.
void tile_any(const DepthwiseTile& t) {
  using B = Blocking<1, 1, 1, 4>;
  for (std::int64_t p = t.p0; p < t.p1; ++p)
    for (std::int64_t q = 0; q < t.q; q += 4) {
      const auto at = addresses_of<B>(t, p, q);
      for (std::int64_t c = t.c0; c < t.c1; c += kLanes) {
        const Vec bias = load(t.bias + c);
        Vec sum[4] = {bias, bias, bias, bias};
        const float* weights = t.weights + weights_at(t.r * t.s, c);
        for (std::int64_t r = 0; r < t.r; ++r)
          for (std::int64_t s = 0; s < t.s; ++s, weights += kDepthwisePad) {
            const std::int64_t row = p * t.stride_h - t.pad_top + r * t.dilation_h;
            const std::int64_t column = q * t.stride_w - t.pad_left + s * t.dilation_w;
            const Vec w = load(weights);
            unroll<4>(DLIS_LAMBDA(o) {
              const float* x = pixel(t, row, column + o.value * t.stride_w);
              sum[o.value] = fma(load(x + c), w, sum[o.value]);
            });
          }
        finish<B>(t, at, c, sum);
      }
      if (!t.clamped) activate_all<4>(t, at.y);
    }
}

void widen(const std::uint16_t* from, float* to, std::int64_t count) {
  for (std::int64_t i = 0; i < count; i += kLanes) store(to + i, load_bf16(from + i));
}

template <int k, int u, int rows, int columns, int few>
constexpr DepthwiseKernel kernel() {
  if constexpr (kPortable)
    return tile_any;
  else
    return tile<k, u, rows, columns, few>;
}

}  // namespace

extern const DepthwiseKernels depthwise_kernels;
const DepthwiseKernels depthwise_kernels = {
    {tile_any, kernel<3, 1, 2, 4, 2>(), kernel<3, 2, 2, 4, 2>(), kernel<5, 1, 1, 8, 4>(),
     kernel<5, 2, 1, 8, 4>()},
    widen};

}  // namespace dlis::DLIS_SIMD
