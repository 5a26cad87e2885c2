// Pooling: vectors run along contiguous channels, the taps of a window in a fixed order.
#include "dlis/compute/nn/pool_kernels.h"
#include "dlis/compute/simd/vec.h"

namespace dlis::DLIS_SIMD {
namespace {

constexpr float kLowest = -__builtin_inff();

struct Max {
  static constexpr float kStart = kLowest;
  DLIS_INLINE Vec join(Vec sum, Vec x) { return max(x, sum); }
  DLIS_INLINE float join(float sum, float x) { return x > sum ? x : sum; }
  DLIS_INLINE Vec finish(Vec sum, float) { return sum; }
  DLIS_INLINE float finish(float sum, float) { return sum; }
};

struct Average {
  static constexpr float kStart = 0;
  DLIS_INLINE Vec join(Vec sum, Vec x) { return sum + x; }
  DLIS_INLINE float join(float sum, float x) { return sum + x; }
  DLIS_INLINE Vec finish(Vec sum, float divisor) { return sum / splat(divisor); }
  DLIS_INLINE float finish(float sum, float divisor) { return sum / divisor; }
};

// How many of `count` positions first, first + step, ... lie below `limit`.
DLIS_INLINE std::int64_t below(std::int64_t first, std::int64_t step, std::int64_t limit,
                               std::int64_t count) {
  if (first >= limit) return 0;
  const std::int64_t fit = (limit - first + step - 1) / step;
  return fit < count ? fit : count;
}

// A pixel's window: three nested runs of taps from `data` on.
struct Window {
  const float* data;
  PoolTaps depth, height, width;
  float divisor;
};

DLIS_INLINE Window window_of(const PoolRow& row, std::int64_t pixel) {
  const std::int64_t first = (row.first_pixel + pixel) * row.stride_w - row.pad_left;
  const std::int64_t skipped = below(first, row.dilation_w, 0, row.kernel_w);
  const std::int64_t end = below(first, row.dilation_w, row.width, row.kernel_w);
  const std::int64_t counted =
      row.counts_padding ? below(first, row.dilation_w, row.width + row.pad_right, row.kernel_w)
                         : end - skipped;
  return {row.in + (first + skipped * row.dilation_w) * row.in_pixel,
          row.depth,
          row.height,
          {end - skipped, row.dilation_w * row.in_pixel},
          static_cast<float>(counted * row.divisor)};
}

template <class F>
DLIS_INLINE void for_taps(const Window& window, F f) {
  for (std::int64_t d = 0; d < window.depth.count; ++d)
    for (std::int64_t h = 0; h < window.height.count; ++h) {
      const float* p = window.data + d * window.depth.stride + h * window.height.stride;
      for (std::int64_t w = 0; w < window.width.count; ++w, p += window.width.stride) f(p);
    }
}

template <class Op>
DLIS_INLINE void contiguous_pixel(const Window& window, std::int64_t channels, float* out) {
  std::int64_t c = 0;
  for (; c + 4 * kLanes <= channels; c += 4 * kLanes) {
    Vec a = splat(Op::kStart), b = a, d = a, e = a;
    for_taps(
        window, [&](const float* p) __attribute__((always_inline)) {
          a = Op::join(a, load(p + c));
          b = Op::join(b, load(p + c + kLanes));
          d = Op::join(d, load(p + c + 2 * kLanes));
          e = Op::join(e, load(p + c + 3 * kLanes));
        });
    store(out + c, Op::finish(a, window.divisor));
    store(out + c + kLanes, Op::finish(b, window.divisor));
    store(out + c + 2 * kLanes, Op::finish(d, window.divisor));
    store(out + c + 3 * kLanes, Op::finish(e, window.divisor));
  }
  for (; c < channels; c += kLanes) {
    const int lanes = static_cast<int>(channels - c < kLanes ? channels - c : kLanes);
    Vec a = splat(Op::kStart);
    for_taps(
        window, [&](const float* p)
                    __attribute__((always_inline)) { a = Op::join(a, load(p + c, lanes)); });
    store(out + c, Op::finish(a, window.divisor), lanes);
  }
}

template <class Op>
DLIS_INLINE void pool(const PoolRow& row) {
  for (std::int64_t pixel = 0; pixel < row.pixels; ++pixel) {
    const Window window = window_of(row, pixel);
    float* const out = row.out + pixel * row.out_pixel;
    if (row.in_channel == 1 && row.out_channel == 1) {
      contiguous_pixel<Op>(window, row.channels, out);
      continue;
    }
    for (std::int64_t c = 0; c < row.channels; ++c) {
      float sum = Op::kStart;
      for_taps(window, [&](const float* p) { sum = Op::join(sum, p[c * row.in_channel]); });
      out[c * row.out_channel] = Op::finish(sum, window.divisor);
    }
  }
}

void max_f32(const PoolRow& row) { pool<Max>(row); }
void average_f32(const PoolRow& row) { pool<Average>(row); }

}  // namespace

extern const PoolKernels pool_kernels;
const PoolKernels pool_kernels = {.max = max_f32, .average = average_f32};

}  // namespace dlis::DLIS_SIMD
