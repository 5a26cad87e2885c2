// Pooling: vectors run along contiguous channels, the taps of a window in a fixed order.
#include "dlis/compute/nn/pool_kernels.h"
#include "dlis/compute/simd/rounding.h"

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
template <class T>
struct Window {
  const T* data;
  PoolTaps depth, height, width;
  float divisor;
  std::int64_t taps() const { return depth.count * height.count * width.count; }
};

template <class T>
DLIS_INLINE Window<T> window_of(const PoolRowOf<T>& row, std::int64_t pixel) {
  const std::int64_t first = (row.first_pixel + pixel) * row.stride_w - row.pad_left;
  const std::int64_t step = row.dilation_w * row.in_pixel;
  // Most windows lie inside, and the divisions of `below` would take longer than a small window.
  if (first >= 0 && first + (row.kernel_w - 1) * row.dilation_w < row.width)
    return {row.in + first * row.in_pixel,
            row.depth,
            row.height,
            {row.kernel_w, step},
            static_cast<float>(row.kernel_w * row.divisor)};
  const std::int64_t skipped = below(first, row.dilation_w, 0, row.kernel_w);
  const std::int64_t end = below(first, row.dilation_w, row.width, row.kernel_w);
  const std::int64_t counted =
      row.counts_padding ? below(first, row.dilation_w, row.width + row.pad_right, row.kernel_w)
                         : end - skipped;
  return {row.in + (first + skipped * row.dilation_w) * row.in_pixel,
          row.depth,
          row.height,
          {end - skipped, step},
          static_cast<float>(counted * row.divisor)};
}

template <class T, class F>
DLIS_INLINE void for_taps(const Window<T>& window, F f) {
  for (std::int64_t d = 0; d < window.depth.count; ++d)
    for (std::int64_t h = 0; h < window.height.count; ++h) {
      const T* p = window.data + d * window.depth.stride + h * window.height.stride;
      for (std::int64_t w = 0; w < window.width.count; ++w, p += window.width.stride) f(p);
    }
}

template <class Op>
DLIS_INLINE void contiguous_pixel(const Window<float>& window, std::int64_t channels, float* out) {
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
  for (; c + kLanes <= channels; c += kLanes) {
    Vec a = splat(Op::kStart);
    for_taps(
        window, [&](const float* p)
                    __attribute__((always_inline)) { a = Op::join(a, load(p + c)); });
    store(out + c, Op::finish(a, window.divisor));
  }
  if (c == channels) return;
  const int lanes = static_cast<int>(channels - c);
  Vec a = splat(Op::kStart);
  for_taps(
      window, [&](const float* p)
                  __attribute__((always_inline)) { a = Op::join(a, load(p + c, lanes)); });
  store(out + c, Op::finish(a, window.divisor), lanes);
}

template <class Op>
DLIS_INLINE void pool(const PoolRow& row) {
  for (std::int64_t pixel = 0; pixel < row.pixels; ++pixel) {
    const Window<float> window = window_of(row, pixel);
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

// The largest of each of `bytes` channels from c on.
template <int bytes, class T>
DLIS_INLINE void max_chunk(const Window<T>& window, std::int64_t c, T* out) {
  typedef T Chunk __attribute__((vector_size(bytes)));
  Chunk best = Chunk{} + static_cast<T>(static_cast<T>(-1) < 0 ? -128 : 0);
  for_taps(
      window, [&](const T* p) __attribute__((always_inline)) {
        Chunk x;
        __builtin_memcpy(&x, p + c, bytes);
        best = best < x ? x : best;
      });
  __builtin_memcpy(out + c, &best, bytes);
}

// Channels side by side, in chunks of which the last two may overlap; false where there are too
// few.
template <int bytes, class T>
DLIS_INLINE bool max_chunks(const Window<T>& window, std::int64_t channels, T* out) {
  if (channels < bytes) return false;
  for (std::int64_t c = 0; c + bytes <= channels; c += bytes) max_chunk<bytes>(window, c, out);
  if (channels % bytes != 0) max_chunk<bytes>(window, channels - bytes, out);
  return true;
}

// The largest byte, whatever it stands for: the order of elements is the order of reals.
template <class T>
DLIS_INLINE void max_bytes(const PoolRowOf<T>& row) {
  const bool beside = row.in_channel == 1 && row.out_channel == 1;
  for (std::int64_t pixel = 0; pixel < row.pixels; ++pixel) {
    const Window<T> window = window_of(row, pixel);
    T* const out = row.out + pixel * row.out_pixel;
    if (beside &&
        (max_chunks<64>(window, row.channels, out) || max_chunks<16>(window, row.channels, out)))
      continue;
    for (std::int64_t c = 0; c < row.channels; ++c) {
      T best = static_cast<T>(static_cast<T>(-1) < 0 ? -128 : 0);
      for_taps(window, [&](const T* p) {
        const T x = p[c * row.in_channel];
        best = best < x ? x : best;
      });
      out[c * row.out_channel] = best;
    }
  }
}
void max_u8(const PoolRowOf<std::uint8_t>& row) { max_bytes(row); }
void max_i8(const PoolRowOf<std::int8_t>& row) { max_bytes(row); }

constexpr std::int64_t kChunk = 64;  // channels whose sums stay in registers or near them

// What the window's bytes of `count` channels from c on add up to, less their zero points.
template <class T>
DLIS_INLINE void add_bytes(const PoolRowOf<T>& row, const Window<T>& window, std::int64_t c,
                           std::int64_t count, std::int32_t* sums) {
  const auto less = static_cast<std::int32_t>(window.taps()) * row.in_zero;
  for (std::int64_t i = 0; i < kChunk; ++i) sums[i] = -less;
  for_taps(
      window, [&](const T* p) __attribute__((always_inline)) {
        p += c * row.in_channel;
        if (row.in_channel == 1 && count == kChunk) {
          for (std::int64_t i = 0; i < kChunk; ++i) sums[i] += p[i];
        } else {
          for (std::int64_t i = 0; i < count; ++i) sums[i] += p[i * row.in_channel];
        }
      });
}

// The sums are exact; the mean in units of the output rounds twice before it is made whole.
template <class T>
DLIS_INLINE void average_bytes(const PoolRowOf<T>& row) {
  const auto zero = static_cast<float>(row.out_zero);
  for (std::int64_t pixel = 0; pixel < row.pixels; ++pixel) {
    const Window<T> window = window_of(row, pixel);
    for (std::int64_t c = 0; c < row.channels; c += kChunk) {
      const std::int64_t count = row.channels - c < kChunk ? row.channels - c : kChunk;
      alignas(64) std::int32_t sums[kChunk];
      add_bytes(row, window, c, count, sums);
      alignas(64) T means[kChunk];
      for (std::int64_t i = 0; i < kChunk; ++i)
        means[i] = byte_of<T>(static_cast<float>(sums[i]) * row.scale / window.divisor, zero);
      T* const out = row.out + pixel * row.out_pixel + c * row.out_channel;
      for (std::int64_t i = 0; i < count; ++i) out[i * row.out_channel] = means[i];
    }
  }
}
void average_u8(const PoolRowOf<std::uint8_t>& row) { average_bytes(row); }
void average_i8(const PoolRowOf<std::int8_t>& row) { average_bytes(row); }

void max_f32(const PoolRow& row) { pool<Max>(row); }
void average_f32(const PoolRow& row) { pool<Average>(row); }

}  // namespace

extern const PoolKernels pool_kernels;
const PoolKernels pool_kernels = {.max = {max_f32, max_u8, max_i8},
                                  .average = {average_f32, average_u8, average_i8}};

}  // namespace dlis::DLIS_SIMD
