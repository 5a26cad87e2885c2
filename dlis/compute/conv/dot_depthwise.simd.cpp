// The kernels of the depthwise convolution of bytes by four-byte products.
//
// Four rows of a column are unpacked into four vectors, whose every 32 bits are the four bytes of a
// channel; packing the sums at the end restores the order of the channels. In f32, a byte at a
// time, the 3x3 layers of MobileNet took three times as long.
#include "dlis/compute/conv/dot_depthwise.h"

#include "dlis/compute/conv/narrow_depthwise_block.h"
#include "dlis/compute/simd/unroll.h"

namespace dlis::DLIS_SIMD {

#if defined(DLIS_SIMD_avx512)

namespace {

DLIS_INLINE __m256i vector_at(const void* p) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(p));
}
DLIS_INLINE __m256 floats_at(const float* p) { return _mm256_loadu_ps(p); }

// Column j of the input block, channels [c, c + 32): rows 0 to 3, or 0 to 2 and one that counts
// nothing.
template <class B, bool flip>
DLIS_INLINE void load_column(const Addresses<B>& to, int j, std::int64_t c, __m256i* words) {
  __m256i row[4];
  unroll<4>(DLIS_LAMBDA(i) {
    constexpr int from = i.value < B::in_rows ? i.value : B::in_rows - 1;
    row[i.value] = vector_at(to.x[from * B::in_columns + j] + c);
    if constexpr (flip) row[i.value] = _mm256_xor_si256(row[i.value], _mm256_set1_epi8(-128));
  });
  const __m256i low01 = _mm256_unpacklo_epi8(row[0], row[1]);
  const __m256i high01 = _mm256_unpackhi_epi8(row[0], row[1]);
  const __m256i low23 = _mm256_unpacklo_epi8(row[2], row[3]);
  const __m256i high23 = _mm256_unpackhi_epi8(row[2], row[3]);
  words[0] = _mm256_unpacklo_epi16(low01, low23);
  words[1] = _mm256_unpackhi_epi16(low01, low23);
  words[2] = _mm256_unpacklo_epi16(high01, high23);
  words[3] = _mm256_unpackhi_epi16(high01, high23);
}

struct Ends {
  __m256 low, high;
  __m256i zero, flip;  // an output is packed as unsigned, its zero moved
  DLIS_MEMBER explicit Ends(const KernelEnds& ends)
      : low(_mm256_set1_ps(ends.low)), high(_mm256_set1_ps(ends.high)) {
    const int moved = ends.least + float(ends.y_zero) < 0 ? 128 : 0;
    zero = _mm256_set1_epi16(short(ends.y_zero + moved));
    flip = _mm256_set1_epi8(char(moved));
  }
};

// In steps of y, in 32 bits.
DLIS_INLINE __m256i finished(const Ends& ends, const DotBlock& block, int k, __m256i sum) {
  const __m256 x = _mm256_fmadd_ps(_mm256_cvtepi32_ps(sum), floats_at(block.multiplier + 8 * k),
                                   floats_at(block.bias + 8 * k));
  return _mm256_cvtps_epi32(_mm256_min_ps(_mm256_max_ps(x, ends.low), ends.high));
}

DLIS_INLINE void put(const Ends& ends, const DotBlock& block, const __m256i* sum, std::byte* y,
                     std::int64_t count) {
  const __m256i even =
      _mm256_packs_epi32(finished(ends, block, 0, sum[0]), finished(ends, block, 1, sum[1]));
  const __m256i odd =
      _mm256_packs_epi32(finished(ends, block, 2, sum[2]), finished(ends, block, 3, sum[3]));
  const __m256i bytes = _mm256_xor_si256(
      _mm256_packus_epi16(_mm256_add_epi16(even, ends.zero), _mm256_add_epi16(odd, ends.zero)),
      ends.flip);
  if (count >= kDotChannels)
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(y), bytes);
  else
    _mm256_mask_storeu_epi8(y, (1u << count) - 1, bytes);
}

template <class B, bool flip>
__attribute__((noinline)) void block(const NarrowTile& t, std::int64_t p, std::int64_t q) {
  const auto to = addresses_of<B>(t, p, q);
  const Ends ends(t.ends);
  for (std::int64_t c = t.c0; c < t.c1; c += kDotChannels) {
    const DotBlock& block = t.blocks[c / kDotChannels];
    __m256i sum[B::outputs * 4];
    unroll<B::outputs * 4>(
        DLIS_LAMBDA(i) { sum[i.value] = vector_at(block.start + i.value % 4 * 8); });
    unroll<B::in_columns>(DLIS_LAMBDA(j) {
      __m256i words[4];
      load_column<B, flip>(to, j.value, c, words);
      unroll<B::outputs * 4>(DLIS_LAMBDA(i) {
        constexpr int output = i.value / 4, k = i.value % 4, row = output / B::out_columns;
        constexpr int s = j.value - output % B::out_columns * B::stride;
        if constexpr (s >= 0 && s < 3)
          sum[i.value] =
              _mm256_dpbusd_epi32(sum[i.value], words[k], vector_at(block.weights[s][row][k]));
      });
    });
    unroll<B::outputs>(
        DLIS_LAMBDA(o) { put(ends, block, sum + o.value * 4, to.y[o.value] + c, t.c1 - c); });
  }
}

template <class B, bool flip>
DLIS_INLINE void rows(const NarrowTile& t) {
  for (std::int64_t p = t.p0; p < t.p1; p += B::out_rows)
    for (std::int64_t q = 0; q < t.q; q += B::out_columns) block<B, flip>(t, p, q);
}

template <class B>
void tile(const NarrowTile& t) {
  t.ends.x_flip ? rows<B, true>(t) : rows<B, false>(t);
}

}  // namespace

extern constinit const DotDepthwiseKernels dot_depthwise_kernels = {
    {tile<Blocking<3, 1, 2, 2>>, tile<Blocking<3, 2, 1, 4>>}};

#else

extern constinit const DotDepthwiseKernels dot_depthwise_kernels = {};

#endif

}  // namespace dlis::DLIS_SIMD
