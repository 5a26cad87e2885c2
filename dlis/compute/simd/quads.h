// NEON's products by a lane: four words of x lie in one register, of which each instruction takes
// one, so that a row is loaded once for four steps of the sum. For .simd.cpp files only.
//
// A quad is 16 bytes of x. dot<i>(w, sum) of it is dot(its word i, w, sum) of ints.h, or fma, with
// the same rounding. Only on A64: armv7 has 16 registers, and fuses no multiply-add by a lane.
#pragma once
#include "dlis/compute/simd/ints.h"

namespace dlis::DLIS_SIMD {

constexpr int kQuadWords = 4, kQuadBytes = 16;

// Four steps of the sums c0_0, c0_1, c1_0 ... of `rows` rows of x and `vectors` of columns, for the
// bodies of kernels: x from a0 and a1 on (row_steps.h), `step` weights a word from b on, a word's
// second vector `second` behind its first. The body has DLIS_ROWS, load_quad and load_weights.
#define DLIS_QUAD(i)                 \
  [[maybe_unused]] const auto q##i = \
      load_quad(i < rows ? at<(i < half ? i : i - half)>(i < half ? a0 : a1, s) : a0);
#define DLIS_QUAD_STEP(i)                                                        \
  if constexpr (i < rows) {                                                      \
    c##i##_0 = q##i.template dot<word>(b0, c##i##_0);                            \
    if constexpr (vectors > 1) c##i##_1 = q##i.template dot<word>(b1, c##i##_1); \
  }
#define DLIS_QUAD_WORD(i)                                                   \
  {                                                                         \
    constexpr int word = i;                                                 \
    const auto b0 = load_weights(b + word * step);                          \
    [[maybe_unused]] auto b1 = b0;                                          \
    if constexpr (vectors > 1) b1 = load_weights(b + word * step + second); \
    DLIS_ROWS(DLIS_QUAD_STEP)                                               \
  }
#define DLIS_QUAD_WORDS \
  DLIS_ROWS(DLIS_QUAD)  \
  DLIS_QUAD_WORD(0)     \
  DLIS_QUAD_WORD(1)     \
  DLIS_QUAD_WORD(2)     \
  DLIS_QUAD_WORD(3)

#if defined(DLIS_SIMD_neon) && defined(__aarch64__)

struct QuadF32 {
  float32x4_t v;
  template <int i>
  DLIS_MEMBER Vec dot(Vec w, Vec sum) const {
    return {vfmaq_laneq_f32(sum.v, w.v, v, i)};
  }
};
DLIS_INLINE QuadF32 load_quad_f32(const char* p) {
  return {vld1q_f32(reinterpret_cast<const float*>(p))};
}

#if defined(DLIS_SIMD_neon_dot)

// SDOT multiplies signed bytes by signed ones: bytes of x lose 128 here, which the sums' start pays
// back (packing.h).
struct QuadBytes {
  int8x16_t v;
  template <int i>
  DLIS_MEMBER Ints dot(Factors w, Ints sum) const {
    return {(Int4)vdotq_laneq_s32((int32x4_t)sum.v, w.v, v, i)};
  }
};
DLIS_INLINE QuadBytes load_quad_bytes(const char* p) {
  const uint8x16_t bytes = vld1q_u8(reinterpret_cast<const std::uint8_t*>(p));
  return {vreinterpretq_s8_u8(veorq_u8(bytes, vdupq_n_u8(128)))};
}

#elif !defined(DLIS_SIMD_neon_i8mm)

struct QuadBytes {
  int16x8_t v;
  template <int i>
  DLIS_MEMBER Ints dot(Factors w, Ints sum) const {
    const int16x4_t pairs = i < 2 ? vget_low_s16(v) : vget_high_s16(v);
    constexpr int lane = i % 2 * 2;
    const int32x4_t first = vmlal_lane_s16((int32x4_t)sum.v, w.first, pairs, lane);
    return {(Int4)vmlal_lane_s16(first, w.second, pairs, lane + 1)};
  }
};
DLIS_INLINE QuadBytes load_quad_bytes(const char* p) {
  return {vreinterpretq_s16_u8(vld1q_u8(reinterpret_cast<const std::uint8_t*>(p)))};
}

#endif

#if defined(DLIS_SIMD_neon_i8mm)

struct QuadBf16 {
  bfloat16x8_t v;
  template <int i>
  DLIS_MEMBER Vec dot(Pairs w, Vec sum) const {
    return {vbfdotq_laneq_f32(sum.v, w.v, v, i)};
  }
};
DLIS_INLINE QuadBf16 load_quad_bf16(const char* p) {
  return {vreinterpretq_bf16_u8(vld1q_u8(reinterpret_cast<const std::uint8_t*>(p)))};
}

// USMMLA multiplies two rows of eight bytes of x by two columns of eight weights. Its sums lie as
// squares of two rows and two columns: `swap` makes two rows' vectors of columns two such squares
// and the other way around.
struct PairBytes {
  uint8x16_t v;
};
DLIS_INLINE PairBytes load_rows(const char* first, const char* second) {
  return {vcombine_u8(vld1_u8(reinterpret_cast<const std::uint8_t*>(first)),
                      vld1_u8(reinterpret_cast<const std::uint8_t*>(second)))};
}
struct Columns {  // four, of eight weights each
  int8x16_t first, second;
};
DLIS_INLINE Columns load_columns(const std::int8_t* p) { return {vld1q_s8(p), vld1q_s8(p + 16)}; }
DLIS_INLINE Ints square(PairBytes x, int8x16_t columns, Ints sum) {
  return {(Int4)vusmmlaq_s32((int32x4_t)sum.v, x.v, columns)};
}
DLIS_INLINE void swap(Ints& a, Ints& b) {
  const int64x2_t x = (int64x2_t)a.v, y = (int64x2_t)b.v;
  a.v = (Int4)vzip1q_s64(x, y);
  b.v = (Int4)vzip2q_s64(x, y);
}

#endif

#endif

}  // namespace dlis::DLIS_SIMD
