// f16 to and from Vec: processors that cannot convert it do so in integers. For .simd.cpp files
// only.
//
// load_f16 reads kLanes of them, store_f16 writes kLanes or the first `count`, to nearest even;
// what is beyond 65504 becomes infinite, NaN stays NaN.
#pragma once
#include "dlis/compute/simd/vec.h"

namespace dlis::DLIS_SIMD {

#if defined(DLIS_SIMD_avx512)

DLIS_INLINE Vec load_f16(const std::uint16_t* p) {
  return {_mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)))};
}
DLIS_INLINE void store_f16(std::uint16_t* p, Vec x) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p),
                      _mm512_cvtps_ph(x.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
DLIS_INLINE void store_f16(std::uint16_t* p, Vec x, int count) {
  _mm256_mask_storeu_epi16(p, first_lanes(count),
                           _mm512_cvtps_ph(x.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}

#else

#if defined(DLIS_SIMD_avx2)

DLIS_INLINE Vec load_f16(const std::uint16_t* p) {
  return {_mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))};
}
DLIS_INLINE void store_f16(std::uint16_t* p, Vec x) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_cvtps_ph(x.v, _MM_FROUND_TO_NEAREST_INT));
}

#elif defined(DLIS_SIMD_neon)

// armv7's vfpv4 converts as armv8 does.
DLIS_INLINE Vec load_f16(const std::uint16_t* p) {
  return {vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p)))};
}
DLIS_INLINE void store_f16(std::uint16_t* p, Vec x) {
  vst1_u16(p, vreinterpret_u16_f16(vcvt_f16_f32(x.v)));
}

#else

// The exponent is 112 less than that of an f32, which a product adds, also to what has none; what
// lands at 65536 or beyond was infinite or not a number.
DLIS_INLINE Vec load_f16(const std::uint16_t* p) {
  const IntLanes half = {p[0], p[1], p[2], p[3]};
  const Lanes scaled = (Lanes)((half & 0x7fff) << 13) * 0x1p112f;
  const IntLanes odd = (scaled >= 65536.0f) & 0x7f800000;
  return {(Lanes)((IntLanes)scaled | odd | (half & 0x8000) << 16)};
}
// Adding 0.5 leaves what is smaller than a normal number in the last bits.
DLIS_INLINE std::uint16_t half_of(float x) {
  std::uint32_t bits;
  __builtin_memcpy(&bits, &x, 4);
  const std::uint32_t sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return std::uint16_t(sign | 0x7e00);
  if (magnitude >= 0x477ff000) return std::uint16_t(sign | 0x7c00);
  if (magnitude >= 0x38800000) {
    const std::uint32_t rounded = magnitude + 0xfff + (magnitude >> 13 & 1);
    return std::uint16_t(sign | (rounded - 0x38000000) >> 13);
  }
  float shifted;
  __builtin_memcpy(&shifted, &magnitude, 4);
  shifted += 0.5f;
  __builtin_memcpy(&bits, &shifted, 4);
  return std::uint16_t(sign | (bits - 0x3f000000));
}
DLIS_INLINE void store_f16(std::uint16_t* p, Vec x) {
  for (int i = 0; i < kLanes; ++i) p[i] = half_of(x.v[i]);
}

#endif

DLIS_INLINE void store_f16(std::uint16_t* p, Vec x, int count) {
  std::uint16_t lane[kLanes];
  store_f16(lane, x);
  for (int i = 0; i < count; ++i) p[i] = lane[i];
}

#endif

}  // namespace dlis::DLIS_SIMD
