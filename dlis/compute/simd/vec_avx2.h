// Vec for AVX2 with FMA: 8 lanes, 16 registers. See vec.h.
#pragma once
#include <immintrin.h>

namespace dlis::DLIS_SIMD {

constexpr bool kPortable = false;
constexpr int kLanes = 8;
constexpr int kRegisters = 16;

struct Vec {
  __m256 v;
};
struct Mask {
  __m256 v;
};

DLIS_INLINE __m256i first_lanes(int count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

DLIS_INLINE Vec zero() { return {_mm256_setzero_ps()}; }
DLIS_INLINE Vec splat(float x) { return {_mm256_set1_ps(x)}; }
DLIS_INLINE Vec load(const float* p) { return {_mm256_loadu_ps(p)}; }
DLIS_INLINE Vec load(const float* p, int count) {
  return {_mm256_maskload_ps(p, first_lanes(count))};
}
DLIS_INLINE void store(float* p, Vec x) { _mm256_storeu_ps(p, x.v); }
DLIS_INLINE void store(float* p, Vec x, int count) {
  _mm256_maskstore_ps(p, first_lanes(count), x.v);
}
DLIS_INLINE Vec splat_upper(const std::uint16_t* p) {
  std::int32_t word;
  __builtin_memcpy(&word, p - 1, sizeof word);
  return {
      _mm256_castsi256_ps(_mm256_and_si256(_mm256_set1_epi32(word), _mm256_set1_epi32(-65536)))};
}
DLIS_INLINE Vec load_bf16(const std::uint16_t* p) {
  const __m128i half = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  return {_mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(half), 16))};
}
DLIS_INLINE void store_bf16(std::uint16_t* p, Vec x) {
  const __m256i bits = _mm256_castps_si256(x.v), upper = _mm256_srli_epi32(bits, 16);
  const __m256i odd = _mm256_and_si256(upper, _mm256_set1_epi32(1));
  const __m256i half = _mm256_add_epi32(_mm256_set1_epi32(0x7fff), odd);
  const __m256i rounded = _mm256_srli_epi32(_mm256_add_epi32(bits, half), 16);
  const __m256i quiet = _mm256_or_si256(upper, _mm256_set1_epi32(0x40));
  const __m256i nan = _mm256_castps_si256(_mm256_cmp_ps(x.v, x.v, _CMP_UNORD_Q));
  const __m256i words = _mm256_blendv_epi8(rounded, quiet, nan);
  const __m256i packed = _mm256_permute4x64_epi64(_mm256_packus_epi32(words, words), 0x08);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_castsi256_si128(packed));
}

DLIS_INLINE Vec load_ternary(const std::uint8_t* p) {
  std::int16_t codes;
  __builtin_memcpy(&codes, p, 2);
  const __m256i places = _mm256_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14);
  const __m256 table = _mm256_setr_ps(0, 1, 0, -1, 0, 1, 0, -1);
  return {_mm256_permutevar_ps(table, _mm256_srlv_epi32(_mm256_set1_epi16(codes), places))};
}

DLIS_INLINE Vec fma(Vec a, Vec b, Vec c) { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }
DLIS_INLINE Vec add(Vec a, Vec b) { return {_mm256_add_ps(a.v, b.v)}; }
DLIS_INLINE Vec sub(Vec a, Vec b) { return {_mm256_sub_ps(a.v, b.v)}; }
DLIS_INLINE Vec mul(Vec a, Vec b) { return {_mm256_mul_ps(a.v, b.v)}; }
DLIS_INLINE Vec div(Vec a, Vec b) { return {_mm256_div_ps(a.v, b.v)}; }
DLIS_INLINE Vec min(Vec a, Vec b) { return {_mm256_min_ps(a.v, b.v)}; }
DLIS_INLINE Vec max(Vec a, Vec b) { return {_mm256_max_ps(a.v, b.v)}; }
DLIS_INLINE Vec abs(Vec a) { return {_mm256_andnot_ps(_mm256_set1_ps(-0.0f), a.v)}; }
DLIS_INLINE Vec sqrt(Vec a) { return {_mm256_sqrt_ps(a.v)}; }
DLIS_INLINE Vec round_even(Vec a) {
  return {_mm256_round_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
}

DLIS_INLINE Mask less(Vec a, Vec b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_LT_OQ)}; }
DLIS_INLINE Mask unordered(Vec a, Vec b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_UNORD_Q)}; }
DLIS_INLINE Vec select(Mask m, Vec yes, Vec no) { return {_mm256_blendv_ps(no.v, yes.v, m.v)}; }

// 2^n for whole n from -126 to 127.
DLIS_INLINE Vec exp2_int(Vec n) {
  const __m256i biased = _mm256_add_epi32(_mm256_cvtps_epi32(n.v), _mm256_set1_epi32(127));
  return {_mm256_castsi256_ps(_mm256_slli_epi32(biased, 23))};
}

}  // namespace dlis::DLIS_SIMD
