// The kernels of a convolution of few input channels, once per ISA.
//
// A sum has few terms (27 for a 3x3 filter of three channels), so what comes before and after it
// weighs as much: one call does a whole stretch, its tiles meet all panels while these lie in the
// first-level cache, and the taps of a pixel are unrolled.
#include "dlis/compute/conv/first_layer.h"

#include "dlis/compute/simd/row_steps.h"
#include "dlis/compute/simd/stored.h"
#include "dlis/compute/simd/unroll.h"

namespace dlis::DLIS_SIMD {

namespace {

constexpr int kRows = kRegisters == 32 ? 12 : 6;
constexpr int kColumns = 2 * kLanes;

// A tile of `rows` outputs from output `q` on, with the filters from `filter` on.
struct Place {
  std::int64_t q, filter;
};

// Residual and activation of a panel's partial columns, and activations that are no clamp.
__attribute__((noinline)) void finish(const FirstLayerTile& t, const Place& at, int rows,
                                      const float* sums) {
  for (int i = 0; i < rows; ++i)
    for (std::int64_t v = 0; v < kColumns && at.filter + v < t.filters; v += kLanes) {
      const std::int64_t column = at.filter + v, left = t.filters - column;
      const int count = left < kLanes ? static_cast<int>(left) : kLanes;
      Vec x = load(sums + i * kColumns + v) + load(t.bias + column);
      if (t.residual) x = x + load(t.residual + (at.q + i) * t.residual_step + column, count);
      store(t.y + (at.q + i) * t.y_step + column, activate(t.ends, x), count);
    }
}

template <int rows>
DLIS_INLINE void finish_fast(const FirstLayerTile& t, const Place& at, Vec* sum) {
  const Vec low = splat(t.ends.low), high = splat(t.ends.high);
  const Vec bias0 = load(t.bias + at.filter), bias1 = load(t.bias + at.filter + kLanes);
  unroll<rows>(DLIS_LAMBDA(i) {
    sum[2 * i.value] = sum[2 * i.value] + bias0;
    sum[2 * i.value + 1] = sum[2 * i.value + 1] + bias1;
  });
  if (t.residual)
    unroll<rows>(DLIS_LAMBDA(i) {
      const float* from = t.residual + (at.q + i.value) * t.residual_step + at.filter;
      sum[2 * i.value] = sum[2 * i.value] + load(from);
      sum[2 * i.value + 1] = sum[2 * i.value + 1] + load(from + kLanes);
    });
  unroll<rows>(DLIS_LAMBDA(i) {
    float* to = t.y + (at.q + i.value) * t.y_step + at.filter;
    store(to, clamp(sum[2 * i.value], low, high));
    store(to + kLanes, clamp(sum[2 * i.value + 1], low, high));
  });
}

// The sums of a tile through one panel.
template <int channels, int rows>
DLIS_INLINE void add_up(const FirstLayerTile& t, const float* x, const float* weights, Vec* sum) {
  constexpr int half = rows > 6 ? rows / 2 : rows;
  Strides s{t.x_step * 4, t.x_step * 12, t.x_step * 20};
  opaque(s.one);
  opaque(s.three);
  opaque(s.five);
  unroll<rows * 2>(DLIS_LAMBDA(i) { sum[i.value] = zero(); });
  for (std::int64_t r = 0; r < t.r; ++r, x += t.row_step) {
    const char* x0 = reinterpret_cast<const char*>(x);
    [[maybe_unused]] const char* x1 = reinterpret_cast<const char*>(x + half * t.x_step);
    std::int64_t taps = t.s;
    do {
      unroll<channels>(DLIS_LAMBDA(c) {
        const Vec w0 = load(weights + c.value * kColumns);
        const Vec w1 = load(weights + c.value * kColumns + kLanes);
        unroll<rows>(DLIS_LAMBDA(i) {
          constexpr int row = i.value < half ? i.value : i.value - half;
          const char* from = at<row>((i.value < half ? x0 : x1) + 4 * c.value, s);
          const Vec value = splat(*reinterpret_cast<const float*>(from));
          sum[2 * i.value] = fma(value, w0, sum[2 * i.value]);
          sum[2 * i.value + 1] = fma(value, w1, sum[2 * i.value + 1]);
        });
      });
      x0 += 4 * t.tap_step;
      if constexpr (half < rows) x1 += 4 * t.tap_step;
      weights += channels * kColumns;
    } while (--taps);
  }
}

template <int channels, int rows>
__attribute__((noinline)) void tile(const FirstLayerTile& t, std::int64_t q) {
  const std::int64_t panel = t.r * t.s * channels * kColumns;
  const float* weights = t.weights;
  for (Place at{q, 0}; at.filter < t.filters; at.filter += kColumns, weights += panel) {
    unroll<rows>(
        DLIS_LAMBDA(i) { __builtin_prefetch(t.y + (q + i.value) * t.y_step + at.filter, 1); });
    Vec sum[rows * 2];
    add_up<channels, rows>(t, t.x + q * t.x_step, weights, sum);
    if (t.ends.clamped && at.filter + kColumns <= t.filters) {
      finish_fast<rows>(t, at, sum);
    } else {
      alignas(64) float sums[rows * kColumns];
      unroll<rows * 2>(DLIS_LAMBDA(i) { store(sums + i.value * kLanes, sum[i.value]); });
      finish(t, at, rows, sums);
    }
  }
}

// Fewer than four outputs leave a multiply-add waiting for the one before it.
template <int channels>
void stretch(const FirstLayerTile& t) {
  for (std::int64_t q = 0; q < t.count;) {
    const std::int64_t left = t.count - q;
    const int rows = left >= kRows ? kRows : left >= 4 ? 4 : left >= 2 ? 2 : 1;
    if (rows == kRows)
      tile<channels, kRows>(t, q);
    else if (rows == 4)
      tile<channels, 4>(t, q);
    else if (rows == 2)
      tile<channels, 2>(t, q);
    else
      tile<channels, 1>(t, q);
    q += rows;
  }
}

}  // namespace

extern constinit const FirstLayerKernels first_layer_kernels = {
    {stretch<1>, stretch<2>, stretch<3>, stretch<4>}};

}  // namespace dlis::DLIS_SIMD
