// Turns a square of kLanes vectors on its diagonal; for .simd.cpp files only.
#pragma once
#include "dlis/compute/simd/vec.h"

namespace dlis::DLIS_SIMD {

#if defined(DLIS_SIMD_avx512)

// 4x4 blocks inside the 128-bit quarters first, then the quarters among each other.
DLIS_INLINE void transpose(Vec* x) {
  __m512 t[16], u[16];
#define DLIS_FOUR(i)                                      \
  t[i] = _mm512_unpacklo_ps(x[i].v, x[i + 1].v);          \
  t[i + 1] = _mm512_unpackhi_ps(x[i].v, x[i + 1].v);      \
  t[i + 2] = _mm512_unpacklo_ps(x[i + 2].v, x[i + 3].v);  \
  t[i + 3] = _mm512_unpackhi_ps(x[i + 2].v, x[i + 3].v);  \
  u[i] = _mm512_shuffle_ps(t[i], t[i + 2], 0x44);         \
  u[i + 1] = _mm512_shuffle_ps(t[i], t[i + 2], 0xee);     \
  u[i + 2] = _mm512_shuffle_ps(t[i + 1], t[i + 3], 0x44); \
  u[i + 3] = _mm512_shuffle_ps(t[i + 1], t[i + 3], 0xee)
  DLIS_FOUR(0);
  DLIS_FOUR(4);
  DLIS_FOUR(8);
  DLIS_FOUR(12);
#undef DLIS_FOUR
#define DLIS_QUARTERS(i)                                        \
  t[i] = _mm512_shuffle_f32x4(u[i], u[i + 4], 0x88);            \
  t[i + 4] = _mm512_shuffle_f32x4(u[i], u[i + 4], 0xdd);        \
  t[i + 8] = _mm512_shuffle_f32x4(u[i + 8], u[i + 12], 0x88);   \
  t[i + 12] = _mm512_shuffle_f32x4(u[i + 8], u[i + 12], 0xdd);  \
  x[i].v = _mm512_shuffle_f32x4(t[i], t[i + 8], 0x88);          \
  x[i + 4].v = _mm512_shuffle_f32x4(t[i + 4], t[i + 12], 0x88); \
  x[i + 8].v = _mm512_shuffle_f32x4(t[i], t[i + 8], 0xdd);      \
  x[i + 12].v = _mm512_shuffle_f32x4(t[i + 4], t[i + 12], 0xdd)
  DLIS_QUARTERS(0);
  DLIS_QUARTERS(1);
  DLIS_QUARTERS(2);
  DLIS_QUARTERS(3);
#undef DLIS_QUARTERS
}

#elif defined(DLIS_SIMD_avx2)

DLIS_INLINE void transpose(Vec* x) {
  __m256 t[8], u[8];
#define DLIS_FOUR(i)                                      \
  t[i] = _mm256_unpacklo_ps(x[i].v, x[i + 1].v);          \
  t[i + 1] = _mm256_unpackhi_ps(x[i].v, x[i + 1].v);      \
  t[i + 2] = _mm256_unpacklo_ps(x[i + 2].v, x[i + 3].v);  \
  t[i + 3] = _mm256_unpackhi_ps(x[i + 2].v, x[i + 3].v);  \
  u[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);         \
  u[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xee);     \
  u[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44); \
  u[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xee)
  DLIS_FOUR(0);
  DLIS_FOUR(4);
#undef DLIS_FOUR
#define DLIS_HALVES(i)                                   \
  x[i].v = _mm256_permute2f128_ps(u[i], u[i + 4], 0x20); \
  x[i + 4].v = _mm256_permute2f128_ps(u[i], u[i + 4], 0x31)
  DLIS_HALVES(0);
  DLIS_HALVES(1);
  DLIS_HALVES(2);
  DLIS_HALVES(3);
#undef DLIS_HALVES
}

#elif defined(DLIS_SIMD_neon)

DLIS_INLINE void transpose(Vec* x) {
  const float32x4x2_t upper = vtrnq_f32(x[0].v, x[1].v), lower = vtrnq_f32(x[2].v, x[3].v);
  x[0].v = vcombine_f32(vget_low_f32(upper.val[0]), vget_low_f32(lower.val[0]));
  x[1].v = vcombine_f32(vget_low_f32(upper.val[1]), vget_low_f32(lower.val[1]));
  x[2].v = vcombine_f32(vget_high_f32(upper.val[0]), vget_high_f32(lower.val[0]));
  x[3].v = vcombine_f32(vget_high_f32(upper.val[1]), vget_high_f32(lower.val[1]));
}

#else

// Through memory: the compiler knows what four stores and sixteen loads of a lane can become.
DLIS_INLINE void transpose(Vec* x) {
  float lane[kLanes][kLanes], turned[kLanes][kLanes];
  for (int i = 0; i < kLanes; ++i) store(lane[i], x[i]);
  for (int i = 0; i < kLanes; ++i)
    for (int j = 0; j < kLanes; ++j) turned[i][j] = lane[j][i];
  for (int i = 0; i < kLanes; ++i) x[i] = load(turned[i]);
}

#endif

}  // namespace dlis::DLIS_SIMD
