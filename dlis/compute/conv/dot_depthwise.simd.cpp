// The kernels of the depthwise convolution of bytes by four-byte products.
//
// Three rows of a column are unpacked into four vectors, whose every 32 bits are the bytes of one
// channel and a byte that counts nothing; packing the sums restores the order of the channels. The
// filters of 64 channels stay in registers along a row, and each column is unpacked once for all
// outputs that it reaches.
#include "dlis/compute/conv/dot_depthwise.h"

#include "dlis/compute/simd/unroll.h"

namespace dlis::DLIS_SIMD {

#if defined(DLIS_SIMD_avx512)

namespace {

DLIS_INLINE __m512i vector_at(const void* p) { return _mm512_loadu_si512(p); }

// The input rows of an output row from one channel on; what lies outside is zeros.
struct Source {
  const std::byte* row[3];
  std::int64_t step[3];
  const std::byte* zeros;
  std::int64_t w;
  DLIS_MEMBER Source(const NarrowTile& t, std::int64_t p, std::int64_t c)
      : zeros(t.zeros + c), w(t.w) {
    for (int r = 0; r < 3; ++r) {
      const std::int64_t from = p * t.stride_h - t.pad_top + r;
      const bool inside = from >= 0 && from < t.h;
      row[r] = inside ? t.x.data + from * t.x.row_step + c : zeros;
      step[r] = inside ? t.x.pixel_step : 0;
    }
  }
  template <bool flip>
  DLIS_MEMBER __m512i load(int r, std::int64_t column) const {
    const bool inside = column >= 0 && column < w;
    const __m512i x = vector_at(inside ? row[r] + column * step[r] : zeros);
    return flip ? _mm512_xor_si512(x, _mm512_set1_epi8(-128)) : x;
  }
};

struct Outputs {
  std::int64_t begin, end;  // of a row
};

struct Column {
  __m512i words[4];
  template <bool flip>
  DLIS_MEMBER void load(const Source& from, std::int64_t column) {
    const __m512i a = from.load<flip>(0, column), b = from.load<flip>(1, column);
    const __m512i c = from.load<flip>(2, column);
    const __m512i low_ab = _mm512_unpacklo_epi8(a, b), high_ab = _mm512_unpackhi_epi8(a, b);
    const __m512i low_c = _mm512_unpacklo_epi8(c, c), high_c = _mm512_unpackhi_epi8(c, c);
    words[0] = _mm512_unpacklo_epi16(low_ab, low_c);
    words[1] = _mm512_unpackhi_epi16(low_ab, low_c);
    words[2] = _mm512_unpacklo_epi16(high_ab, high_c);
    words[3] = _mm512_unpackhi_epi16(high_ab, high_c);
  }
};

// The first `count` bytes, in halves where it can be: Zen 4 takes its time over masked stores.
DLIS_INLINE void store_first(std::byte* y, __m512i bytes, std::int64_t count) {
  __m256i half = _mm512_castsi512_si256(bytes);
  if (count >= 32) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(y), half);
    half = _mm512_extracti64x4_epi64(bytes, 1);
    y += 32, count -= 32;
  }
  __m128i quarter = _mm256_castsi256_si128(half);
  if (count >= 16) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(y), quarter);
    quarter = _mm256_extracti128_si256(half, 1);
    y += 16, count -= 16;
  }
  if (count > 0) _mm_mask_storeu_epi8(y, __mmask16((1u << count) - 1), quarter);
}

// Sums of an output become bytes. They are packed as unsigned ones, their zero moved, which
// saturates; what is too large for 32 bits would become the smallest number.
struct Ends {
  __m512 high;
  __m512i zero, least, flip;
  DLIS_MEMBER explicit Ends(const KernelEnds& ends) : high(_mm512_set1_ps(ends.high)) {
    const int moved = ends.least + float(ends.y_zero) < 0 ? 128 : 0;
    zero = _mm512_set1_epi16(short(ends.y_zero + moved));
    least = _mm512_set1_epi8(char(int(__builtin_nearbyintf(ends.low)) + ends.y_zero + moved));
    flip = _mm512_set1_epi8(char(moved));
  }
  DLIS_MEMBER __m512i whole(const DotBlock& block, int k, __m512i sum) const {
    const __m512 x =
        _mm512_fmadd_ps(_mm512_cvtepi32_ps(sum), _mm512_loadu_ps(block.multiplier + 16 * k),
                        _mm512_loadu_ps(block.bias + 16 * k));
    return _mm512_cvtps_epi32(_mm512_min_ps(x, high));
  }
  DLIS_MEMBER void put(const DotBlock& block, const __m512i* sum, std::byte* y,
                       std::int64_t count) const {
    const __m512i even = _mm512_packs_epi32(whole(block, 0, sum[0]), whole(block, 1, sum[1]));
    const __m512i odd = _mm512_packs_epi32(whole(block, 2, sum[2]), whole(block, 3, sum[3]));
    const __m512i moved =
        _mm512_packus_epi16(_mm512_adds_epi16(even, zero), _mm512_adds_epi16(odd, zero));
    const __m512i bytes = _mm512_xor_si512(_mm512_max_epu8(moved, least), flip);
    count >= kDotChannels ? _mm512_storeu_si512(y, bytes) : store_first(y, bytes, count);
  }
};

struct Filter {
  __m512i w[3][4];
  DLIS_MEMBER explicit Filter(const DotBlock& block) {
    unroll<12>(DLIS_LAMBDA(i) {
      w[i.value / 4][i.value % 4] = vector_at(block.weights[i.value / 4][i.value % 4]);
    });
  }
  template <int s>
  DLIS_MEMBER void begin(const DotBlock& block, const Column& x, __m512i* sum) const {
    unroll<4>(DLIS_LAMBDA(k) { sum[k.value] = vector_at(block.start + 16 * k.value); });
    add<s>(x, sum);
  }
  template <int s>
  DLIS_MEMBER void add(const Column& x, __m512i* sum) const {
    unroll<4>(DLIS_LAMBDA(k) {
      sum[k.value] = _mm512_dpbusd_epi32(sum[k.value], x.words[k.value], w[s][k.value]);
    });
  }
};

// An input column reaches three outputs, whose sums take turns in three places.
template <bool flip>
__attribute__((noinline)) void row_u1(const NarrowTile& t, std::int64_t p, std::int64_t c,
                                      Outputs q) {
  const DotBlock& block = t.blocks[c / kDotChannels];
  const Filter filter(block);
  const Ends ends(t.ends);
  const Source from(t, p, c);
  std::byte* y = t.y.data + p * t.y.row_step + c;
  __m512i sum[3][4] = {};
  for (std::int64_t i = q.begin; i < q.end + 2; i += 3)
    unroll<3>(DLIS_LAMBDA(phase) {
      constexpr int first = phase.value, second = (first + 2) % 3, third = (first + 1) % 3;
      Column x;
      x.load<flip>(from, i + first - t.pad_left);
      filter.begin<0>(block, x, sum[first]);
      filter.add<1>(x, sum[second]);
      filter.add<2>(x, sum[third]);
      const std::int64_t done = i + first - 2;
      if (done >= q.begin && done < q.end)
        ends.put(block, sum[third], y + done * t.y.pixel_step, t.c1 - c);
    });
}

template <bool flip>
__attribute__((noinline)) void row_u2(const NarrowTile& t, std::int64_t p, std::int64_t c,
                                      Outputs q) {
  const DotBlock& block = t.blocks[c / kDotChannels];
  const Filter filter(block);
  const Ends ends(t.ends);
  const Source from(t, p, c);
  std::byte* y = t.y.data + p * t.y.row_step + q.begin * t.y.pixel_step + c;
  Column x;
  __m512i sum[4], next[4];
  x.load<flip>(from, 2 * q.begin - t.pad_left);
  filter.begin<0>(block, x, next);
  for (std::int64_t i = q.begin; i < q.end; ++i, y += t.y.pixel_step) {
    unroll<4>(DLIS_LAMBDA(k) { sum[k.value] = next[k.value]; });
    x.load<flip>(from, 2 * i + 1 - t.pad_left);
    filter.add<1>(x, sum);
    x.load<flip>(from, 2 * i + 2 - t.pad_left);
    filter.add<2>(x, sum);
    filter.begin<0>(block, x, next);
    ends.put(block, sum, y, t.c1 - c);
  }
}

// So few outputs at once that the lines they read, one a pixel where there are many channels, stay
// in the first-level cache for the channels beside: at a distance of a power of two they share
// sets.
std::int64_t outputs_at_once(const NarrowTile& t) {
  constexpr std::int64_t kCache = 32 << 10, kLine = 64;
  const std::int64_t power = t.x.pixel_step & -t.x.pixel_step;
  const std::int64_t fit = kCache / (power > kLine ? power : kLine) / 8 / t.stride_w;
  const std::int64_t most = fit > 7 ? fit : 7;
  const std::int64_t parts = (t.q + most - 1) / most;
  return (t.q + parts - 1) / parts;
}

template <bool flip>
void rows(const NarrowTile& t) {
  const auto row = t.stride_w == 1 ? row_u1<flip> : row_u2<flip>;
  const std::int64_t columns = outputs_at_once(t);
  for (std::int64_t p = t.p0; p < t.p1; ++p)
    for (std::int64_t q = 0; q < t.q; q += columns)
      for (std::int64_t c = t.c0; c < t.c1; c += kDotChannels)
        row(t, p, c, {q, q + columns < t.q ? q + columns : t.q});
}

void tile(const NarrowTile& t) { t.ends.x_flip ? rows<true>(t) : rows<false>(t); }

}  // namespace

extern constinit const DotDepthwiseKernels dot_depthwise_kernels = {tile};

#else

extern constinit const DotDepthwiseKernels dot_depthwise_kernels = {};

#endif

}  // namespace dlis::DLIS_SIMD
