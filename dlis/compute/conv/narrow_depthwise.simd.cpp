// The kernels of the depthwise convolution of narrow types, once per ISA.
//
// A block of rows x columns outputs stays in registers for one vector of channels; each input of
// the block is loaded and widened once and added to every output that it reaches.
#include "dlis/compute/conv/narrow_depthwise_block.h"
#include "dlis/compute/simd/stored.h"
#include "dlis/compute/simd/unroll.h"

namespace dlis::DLIS_SIMD {

namespace {

template <class Half>
struct OfHalf {
  using Stored = StoredHalf<Half>;
  DLIS_INLINE Vec load(const std::byte* p, std::int64_t c) { return Half::load(halves(p) + c); }
  DLIS_INLINE Vec value(const NarrowTile&, std::int64_t, Vec sum) { return sum; }
};
struct OfBytes {
  using Stored = StoredBytes;
  DLIS_INLINE Vec value(const NarrowTile& t, std::int64_t c, Vec sum) {
    return fma(sum, DLIS_SIMD::load(t.multiplier + c), DLIS_SIMD::load(t.bias + c));
  }
};
struct OfU8 : OfBytes {
  DLIS_INLINE Vec load(const std::byte* p, std::int64_t c) {
    return to_vec(load_bytes(octets(p) + c));
  }
};
struct OfI8 : OfBytes {
  DLIS_INLINE Vec load(const std::byte* p, std::int64_t c) {
    return to_vec(load_signed_bytes(octets(p) + c));
  }
};

DLIS_INLINE const float* weights_of(const NarrowTile& t, std::int64_t taps, std::int64_t c) {
  return t.weights + c / kNarrowPad * kNarrowPad * taps + c % kNarrowPad;
}

// Out of line and through memory: in every block, with all its ends, it made this file's compile
// time ten times as long.
template <class K>
__attribute__((noinline)) void finish(const NarrowTile& t, std::byte* const* y,
                                      const std::byte* const* residual, std::int64_t c,
                                      const float* sums, int outputs) {
  const int count = t.c1 - c < kLanes ? static_cast<int>(t.c1 - c) : kLanes;
  for (int o = 0; o < outputs; ++o) {
    Vec x = K::value(t, c, load(sums + o * kLanes));
    if (t.residual.data) x = x + K::Stored::residual(t.ends, residual[o], c, count);
    K::Stored::put(t.ends, y[o], c, activate(t.ends, x), count);
  }
}

template <class K, int outputs>
DLIS_INLINE void finish(const NarrowTile& t, std::byte* const* y, const std::byte* const* residual,
                        std::int64_t c, const Vec* sum) {
  alignas(64) float sums[outputs * kLanes];
  unroll<outputs>(DLIS_LAMBDA(o) { store(sums + o.value * kLanes, sum[o.value]); });
  finish<K>(t, y, residual, c, sums, outputs);
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

template <class K, class B>
__attribute__((noinline)) void block(const NarrowTile& t, std::int64_t p, std::int64_t q) {
  const auto to = addresses_of<B>(t, p, q);
  for (std::int64_t c = t.c0; c < t.c1; c += kLanes) {
    const float* weights = weights_of(t, B::size * B::size, c);
    Vec sum[B::outputs], w[B::size * B::size];
    const Vec start = load(t.start + c);
    unroll<B::outputs>(DLIS_LAMBDA(o) { sum[o.value] = start; });
    unroll<B::in_rows>(DLIS_LAMBDA(i) {
      if constexpr (i.value < B::size)
        unroll<B::size>(DLIS_LAMBDA(s) {
          constexpr int tap = i.value * B::size + s.value;
          w[tap] = load(weights + tap * kNarrowPad);
        });
      unroll<B::in_columns>(DLIS_LAMBDA(j) {
        spread<B, i.value, j.value>(K::load(to.x[i.value * B::in_columns + j.value], c), w, sum);
      });
    });
    finish<K, B::outputs>(t, to.y, to.residual, c, sum);
  }
}

// Blocks of `columns` outputs, and of `few` where a row ends.
template <class K, int k, int u, int rows, int columns, int few>
DLIS_INLINE void stripe(const NarrowTile& t, std::int64_t p) {
  for (std::int64_t q = 0; q < t.q;) {
    const bool wide = t.q - q > few;
    if (wide)
      block<K, Blocking<k, u, rows, columns>>(t, p, q);
    else
      block<K, Blocking<k, u, rows, few>>(t, p, q);
    q += wide ? columns : few;
  }
}

template <class K, int k, int u, int rows, int columns, int few>
void tile(const NarrowTile& t) {
  std::int64_t p = t.p0;
  for (; p + rows <= t.p1; p += rows) stripe<K, k, u, rows, columns, few>(t, p);
  for (; p < t.p1; ++p) stripe<K, k, u, 1, columns, few>(t, p);
}

// Any filter, stride and dilation: four outputs of one row, each input looked up.
template <class K>
void tile_any(const NarrowTile& t) {
  using B = Blocking<1, 1, 1, 4>;
  for (std::int64_t p = t.p0; p < t.p1; ++p)
    for (std::int64_t q = 0; q < t.q; q += 4) {
      const auto to = addresses_of<B>(t, p, q);
      for (std::int64_t c = t.c0; c < t.c1; c += kLanes) {
        const Vec start = load(t.start + c);
        Vec sum[4] = {start, start, start, start};
        const float* weights = weights_of(t, t.r * t.s, c);
        for (std::int64_t r = 0; r < t.r; ++r)
          for (std::int64_t s = 0; s < t.s; ++s, weights += kNarrowPad) {
            const std::int64_t row = p * t.stride_h - t.pad_top + r * t.dilation_h;
            const std::int64_t column = q * t.stride_w - t.pad_left + s * t.dilation_w;
            const Vec w = load(weights);
            unroll<4>(DLIS_LAMBDA(o) {
              const std::byte* x = pixel(t, row, column + o.value * t.stride_w);
              sum[o.value] = fma(K::load(x, c), w, sum[o.value]);
            });
          }
        finish<K, 4>(t, to.y, to.residual, c, sum);
      }
    }
}

template <class K, int k, int u, int rows, int columns, int few>
constexpr auto kernel() {
  if constexpr (kPortable)
    return tile_any<K>;
  else
    return tile<K, k, u, rows, columns, few>;
}

#define KERNELS(K)                                                       \
  {                                                                      \
    tile_any<K>, kernel<K, 3, 1, 2, 4, 2>(), kernel<K, 3, 2, 2, 4, 2>(), \
        kernel<K, 5, 1, 1, 4, 2>(), kernel<K, 5, 2, 1, 4, 2>()           \
  }

}  // namespace

extern constinit const NarrowDepthwiseKernels narrow_depthwise_kernels = {
    {KERNELS(OfHalf<Bf16>), KERNELS(OfHalf<F16>), KERNELS(OfU8), KERNELS(OfI8)}};

}  // namespace dlis::DLIS_SIMD
