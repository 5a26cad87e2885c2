// Vec for AVX-512 (F, BW, DQ, VL): 16 lanes, 32 registers. See vec.h.
#pragma once
// GCC 12 warns about its own intrinsics' deliberately undefined operands.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

namespace dlis::DLIS_SIMD {

constexpr bool kPortable = false;
constexpr int kLanes = 16;
constexpr int kRegisters = 32;

struct Vec {
  __m512 v;
};
struct Mask {
  __mmask16 v;
};

DLIS_INLINE __mmask16 first_lanes(int count) { return static_cast<__mmask16>((1u << count) - 1); }

DLIS_INLINE Vec zero() { return {_mm512_setzero_ps()}; }
DLIS_INLINE Vec splat(float x) { return {_mm512_set1_ps(x)}; }
DLIS_INLINE Vec load(const float* p) { return {_mm512_loadu_ps(p)}; }
DLIS_INLINE Vec load(const float* p, int count) {
  return {_mm512_maskz_loadu_ps(first_lanes(count), p)};
}
DLIS_INLINE void store(float* p, Vec x) { _mm512_storeu_ps(p, x.v); }
DLIS_INLINE void store(float* p, Vec x, int count) {
  _mm512_mask_storeu_ps(p, first_lanes(count), x.v);
}
DLIS_INLINE Vec splat_upper(const std::uint16_t* p) {
  std::int32_t word;
  __builtin_memcpy(&word, p - 1, sizeof word);
  return {
      _mm512_castsi512_ps(_mm512_and_si512(_mm512_set1_epi32(word), _mm512_set1_epi32(-65536)))};
}
DLIS_INLINE Vec load_bf16(const std::uint16_t* p) {
  const __m256i half = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  return {_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(half), 16))};
}
DLIS_INLINE void store_bf16(std::uint16_t* p, Vec x) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), (__m256i)_mm512_cvtneps_pbh(x.v));
}
DLIS_INLINE void store_bf16(std::uint16_t* p, Vec x, int count) {
  _mm256_mask_storeu_epi16(p, first_lanes(count), (__m256i)_mm512_cvtneps_pbh(x.v));
}

DLIS_INLINE Vec load_ternary(const std::uint8_t* p) {
  std::int32_t codes;
  __builtin_memcpy(&codes, p, 4);
  const __m512i places =
      _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  const __m512 table = _mm512_setr4_ps(0, 1, 0, -1);
  return {_mm512_permutevar_ps(table, _mm512_srlv_epi32(_mm512_set1_epi32(codes), places))};
}

DLIS_INLINE Vec fma(Vec a, Vec b, Vec c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
DLIS_INLINE Vec add(Vec a, Vec b) { return {_mm512_add_ps(a.v, b.v)}; }
DLIS_INLINE Vec sub(Vec a, Vec b) { return {_mm512_sub_ps(a.v, b.v)}; }
DLIS_INLINE Vec mul(Vec a, Vec b) { return {_mm512_mul_ps(a.v, b.v)}; }
DLIS_INLINE Vec div(Vec a, Vec b) { return {_mm512_div_ps(a.v, b.v)}; }
DLIS_INLINE Vec min(Vec a, Vec b) { return {_mm512_min_ps(a.v, b.v)}; }
DLIS_INLINE Vec max(Vec a, Vec b) { return {_mm512_max_ps(a.v, b.v)}; }
DLIS_INLINE Vec abs(Vec a) { return {_mm512_andnot_ps(_mm512_set1_ps(-0.0f), a.v)}; }
DLIS_INLINE Vec sqrt(Vec a) { return {_mm512_sqrt_ps(a.v)}; }
DLIS_INLINE Vec round_even(Vec a) {
  return {_mm512_roundscale_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
}

DLIS_INLINE Mask less(Vec a, Vec b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ)}; }
DLIS_INLINE Mask unordered(Vec a, Vec b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_UNORD_Q)}; }
DLIS_INLINE Vec select(Mask m, Vec yes, Vec no) { return {_mm512_mask_blend_ps(m.v, no.v, yes.v)}; }

// 2^n for whole n from -126 to 127.
DLIS_INLINE Vec exp2_int(Vec n) {
  const __m512i biased = _mm512_add_epi32(_mm512_cvtps_epi32(n.v), _mm512_set1_epi32(127));
  return {_mm512_castsi512_ps(_mm512_slli_epi32(biased, 23))};
}

}  // namespace dlis::DLIS_SIMD
