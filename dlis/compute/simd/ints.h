// Vectors of i32 beside Vec, bytes into and out of them, and dot products of words of four bytes.
// For .simd.cpp files only.
//
// Every section gives: Ints (kLanes of i32) with load, store, splat, add, bitwise exclusive or,
// to_vec, round (to nearest even, |x| < 2^31; NaN gives some number); load_bytes and
// load_signed_bytes, which read kLanes bytes, store_bytes (the low byte of each lane, or of the
// first `count`). A Word is four bytes of x for all lanes: four u8 on avx512 and neon_dot (which
// keeps them as signed ones, 128 less), two i16 elsewhere. Factors are as many i8 a lane; dot(x, w,
// sum) adds their products to each lane and never saturates. Only avx512 and neon_i8mm have dot of
// bf16 pairs; neon_i8mm has no Word of bytes, but rows of eight (quads.h).
#pragma once
#include "dlis/compute/simd/vec.h"

namespace dlis::DLIS_SIMD {

#if defined(DLIS_SIMD_avx512)

struct Ints {
  __m512i v;
};
DLIS_INLINE Ints load(const std::int32_t* p) { return {_mm512_loadu_si512(p)}; }
DLIS_INLINE void store(std::int32_t* p, Ints x) { _mm512_storeu_si512(p, x.v); }
DLIS_INLINE Ints splat(std::int32_t x) { return {_mm512_set1_epi32(x)}; }
DLIS_INLINE Ints add(Ints a, Ints b) { return {_mm512_add_epi32(a.v, b.v)}; }
DLIS_INLINE Ints exclusive_or(Ints a, Ints b) { return {_mm512_xor_si512(a.v, b.v)}; }
DLIS_INLINE Vec to_vec(Ints x) { return {_mm512_cvtepi32_ps(x.v)}; }
DLIS_INLINE Ints round(Vec x) { return {_mm512_cvtps_epi32(x.v)}; }
DLIS_INLINE Ints load_bytes(const std::uint8_t* p) {
  return {_mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))};
}
DLIS_INLINE void store_bytes(std::uint8_t* p, Ints x) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8(x.v));
}
DLIS_INLINE void store_bytes(std::uint8_t* p, Ints x, int count) {
  _mm_mask_storeu_epi8(p, first_lanes(count), _mm512_cvtepi32_epi8(x.v));
}
DLIS_INLINE Ints load_signed_bytes(const std::uint8_t* p) {
  return {_mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))};
}

struct Word {
  __m512i v;
};
struct Factors {
  __m512i v;
};
DLIS_INLINE Word load_word(const char* p) {
  std::int32_t word;
  __builtin_memcpy(&word, p, 4);
  return {_mm512_set1_epi32(word)};
}
DLIS_INLINE Factors load_factors(const std::int8_t* p) { return {_mm512_loadu_si512(p)}; }
DLIS_INLINE Ints dot(Word x, Factors w, Ints sum) { return {_mm512_dpbusd_epi32(sum.v, x.v, w.v)}; }

struct Pairs {
  __m512i v;
};
DLIS_INLINE Pairs load_pairs(const std::uint16_t* p) { return {_mm512_loadu_si512(p)}; }
// Denormals count as 0.
DLIS_INLINE Vec dot(Word x, Pairs w, Vec sum) {
  return {_mm512_dpbf16_ps(sum.v, (__m512bh)x.v, (__m512bh)w.v)};
}

#elif defined(DLIS_SIMD_avx2)

struct Ints {
  __m256i v;
};
DLIS_INLINE Ints load(const std::int32_t* p) {
  return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))};
}
DLIS_INLINE void store(std::int32_t* p, Ints x) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), x.v);
}
DLIS_INLINE Ints splat(std::int32_t x) { return {_mm256_set1_epi32(x)}; }
DLIS_INLINE Ints add(Ints a, Ints b) { return {_mm256_add_epi32(a.v, b.v)}; }
DLIS_INLINE Ints exclusive_or(Ints a, Ints b) { return {_mm256_xor_si256(a.v, b.v)}; }
DLIS_INLINE Vec to_vec(Ints x) { return {_mm256_cvtepi32_ps(x.v)}; }
DLIS_INLINE Ints round(Vec x) { return {_mm256_cvtps_epi32(x.v)}; }
DLIS_INLINE Ints load_bytes(const std::uint8_t* p) {
  return {_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)))};
}
DLIS_INLINE Ints load_signed_bytes(const std::uint8_t* p) {
  return {_mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)))};
}
DLIS_INLINE void store_bytes(std::uint8_t* p, Ints x) {
  const __m256i low = _mm256_and_si256(x.v, _mm256_set1_epi32(255));
  const __m128i words =
      _mm_packus_epi32(_mm256_castsi256_si128(low), _mm256_extracti128_si256(low, 1));
  _mm_storel_epi64(reinterpret_cast<__m128i*>(p), _mm_packus_epi16(words, words));
}

// Of u8 by i8, vpmaddubsw would saturate; vpmaddwd of i16 is as fast.
struct Word {
  __m256i v;
};
using Factors = Word;
DLIS_INLINE Word load_word(const char* p) {
  std::int32_t word;
  __builtin_memcpy(&word, p, 4);
  return {_mm256_set1_epi32(word)};
}
DLIS_INLINE Factors load_factors(const std::int8_t* p) {
  return {_mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))};
}
DLIS_INLINE Ints dot(Word x, Factors w, Ints sum) {
  return {_mm256_add_epi32(sum.v, _mm256_madd_epi16(x.v, w.v))};
}

#else

typedef std::int32_t Int4 __attribute__((vector_size(16)));

struct Ints {
  Int4 v;
};
DLIS_INLINE Ints load(const std::int32_t* p) {
  Ints x;
  __builtin_memcpy(&x.v, p, sizeof x.v);
  return x;
}
DLIS_INLINE void store(std::int32_t* p, Ints x) { __builtin_memcpy(p, &x.v, sizeof x.v); }
DLIS_INLINE Ints splat(std::int32_t x) { return {Int4{x, x, x, x}}; }
DLIS_INLINE Ints add(Ints a, Ints b) { return {a.v + b.v}; }
DLIS_INLINE Ints exclusive_or(Ints a, Ints b) { return {a.v ^ b.v}; }
DLIS_INLINE Vec to_vec(Ints x) {
  typedef float Float4 __attribute__((vector_size(16)));
  return {(decltype(Vec::v))__builtin_convertvector(x.v, Float4)};
}
#if defined(DLIS_SIMD_neon)

#if defined(__aarch64__)
DLIS_INLINE Ints round(Vec x) { return {(Int4)vcvtnq_s32_f32(x.v)}; }
#else
DLIS_INLINE Ints round(Vec x) { return {(Int4)vcvtq_s32_f32(round_even(x).v)}; }
#endif
DLIS_INLINE uint8x8_t four_bytes(const std::uint8_t* p) {
  std::uint32_t word;
  __builtin_memcpy(&word, p, 4);
  return vreinterpret_u8_u32(vdup_n_u32(word));
}
DLIS_INLINE Ints load_bytes(const std::uint8_t* p) {
  return {(Int4)vmovl_u16(vget_low_u16(vmovl_u8(four_bytes(p))))};
}
DLIS_INLINE Ints load_signed_bytes(const std::uint8_t* p) {
  const int8x8_t bytes = vreinterpret_s8_u8(four_bytes(p));
  return {(Int4)vmovl_s16(vget_low_s16(vmovl_s8(bytes)))};
}
DLIS_INLINE void store_bytes(std::uint8_t* p, Ints x) {
  const int16x4_t words = vmovn_s32((int32x4_t)x.v);
  const int8x8_t bytes = vmovn_s16(vcombine_s16(words, words));
  const std::uint32_t word = vget_lane_u32(vreinterpret_u32_s8(bytes), 0);
  __builtin_memcpy(p, &word, 4);
}

#if defined(DLIS_SIMD_neon_i8mm)
struct Pairs {
  bfloat16x8_t v;
};
DLIS_INLINE Pairs load_pairs(const std::uint16_t* p) {
  return {vreinterpretq_bf16_u16(vld1q_u16(p))};
}
// Denormals count as 0.
DLIS_INLINE Vec dot(bfloat16x8_t word, Pairs w, Vec sum) { return {vbfdotq_f32(sum.v, word, w.v)}; }
DLIS_INLINE bfloat16x8_t load_pair(const char* p) {  // in all lanes
  std::uint32_t word;
  __builtin_memcpy(&word, p, 4);
  return vreinterpretq_bf16_u32(vdupq_n_u32(word));
}
#elif defined(DLIS_SIMD_neon_dot)
struct Word {
  int8x16_t v;
};
struct Factors {
  int8x16_t v;
};
DLIS_INLINE Word load_word(const char* p) {
  std::uint32_t word;
  __builtin_memcpy(&word, p, 4);
  return {vreinterpretq_s8_u32(vdupq_n_u32(word ^ 0x80808080u))};
}
DLIS_INLINE Factors load_factors(const std::int8_t* p) { return {vld1q_s8(p)}; }
DLIS_INLINE Ints dot(Word x, Factors w, Ints sum) {
  return {(Int4)vdotq_s32((int32x4_t)sum.v, x.v, w.v)};
}
#else
struct Word {
  int16x4_t first, second;
};
using Factors = Word;
DLIS_INLINE Word load_word(const char* p) {
  std::int16_t x[2];
  __builtin_memcpy(x, p, 4);
  return {vdup_n_s16(x[0]), vdup_n_s16(x[1])};
}
DLIS_INLINE Factors load_factors(const std::int8_t* p) {
  const int16x8_t all = vmovl_s8(vld1_s8(p));
  const int16x4x2_t halves = vuzp_s16(vget_low_s16(all), vget_high_s16(all));
  return {halves.val[0], halves.val[1]};
}
DLIS_INLINE Ints dot(Word x, Factors w, Ints sum) {
  const int32x4_t first = vmlal_s16((int32x4_t)sum.v, x.first, w.first);
  return {(Int4)vmlal_s16(first, x.second, w.second)};
}
#endif

#else

DLIS_INLINE Ints round(Vec x) {
  float lane[kLanes];
  store(lane, select(unordered(x, x), zero(), round_even(x)));
  return {Int4{std::int32_t(lane[0]), std::int32_t(lane[1]), std::int32_t(lane[2]),
               std::int32_t(lane[3])}};
}
DLIS_INLINE Ints load_bytes(const std::uint8_t* p) { return {Int4{p[0], p[1], p[2], p[3]}}; }
DLIS_INLINE Ints load_signed_bytes(const std::uint8_t* p) {
  return {Int4{std::int8_t(p[0]), std::int8_t(p[1]), std::int8_t(p[2]), std::int8_t(p[3])}};
}
DLIS_INLINE void store_bytes(std::uint8_t* p, Ints x) {
  for (int i = 0; i < kLanes; ++i) p[i] = std::uint8_t(x.v[i]);
}

struct Word {
  Int4 first, second;
};
using Factors = Word;
DLIS_INLINE Word load_word(const char* p) {
  std::int16_t x[2];
  __builtin_memcpy(x, p, 4);
  return {splat(std::int32_t(x[0])).v, splat(std::int32_t(x[1])).v};
}
DLIS_INLINE Factors load_factors(const std::int8_t* p) {
  return {Int4{p[0], p[2], p[4], p[6]}, Int4{p[1], p[3], p[5], p[7]}};
}
DLIS_INLINE Ints dot(Word x, Factors w, Ints sum) {
  return {sum.v + x.first * w.first + x.second * w.second};
}
#endif

#endif

#if !defined(DLIS_SIMD_avx512)

DLIS_INLINE void store_bytes(std::uint8_t* p, Ints x, int count) {
  std::uint8_t lane[kLanes];
  store_bytes(lane, x);
  for (int i = 0; i < count; ++i) p[i] = lane[i];
}

#endif

}  // namespace dlis::DLIS_SIMD
