// Vec for NEON: 4 lanes; 32 registers on A64, 16 on armv7 (vfpv4: fused multiply-add, flushes
// denormals, no vector division, square root or rounding). See vec.h.
#pragma once
#include <arm_neon.h>

namespace dlis::DLIS_SIMD {

constexpr bool kPortable = false;
constexpr int kLanes = 4;
#if defined(__aarch64__)
constexpr int kRegisters = 32;
#else
constexpr int kRegisters = 16;
#endif

struct Vec {
  float32x4_t v;
};
struct Mask {
  uint32x4_t v;
};

DLIS_INLINE Vec zero() { return {vdupq_n_f32(0)}; }
DLIS_INLINE Vec splat(float x) { return {vdupq_n_f32(x)}; }
DLIS_INLINE Vec load(const float* p) { return {vld1q_f32(p)}; }
DLIS_INLINE Vec load(const float* p, int count) {
  float lane[kLanes] = {};
  for (int i = 0; i < count; ++i) lane[i] = p[i];
  return {vld1q_f32(lane)};
}
DLIS_INLINE void store(float* p, Vec x) { vst1q_f32(p, x.v); }
DLIS_INLINE void store(float* p, Vec x, int count) {
  float lane[kLanes];
  vst1q_f32(lane, x.v);
  for (int i = 0; i < count; ++i) p[i] = lane[i];
}
DLIS_INLINE Vec splat_upper(const std::uint16_t* p) {
  return {vreinterpretq_f32_u32(vdupq_n_u32(std::uint32_t(*p) << 16))};
}
DLIS_INLINE Vec load_bf16(const std::uint16_t* p) {
  return {vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(p), 16))};
}
DLIS_INLINE Vec load_ternary(const std::uint8_t* p) {
  const int32x4_t places = {30, 28, 26, 24};
  return {vcvtq_f32_s32(vshrq_n_s32(vshlq_s32(vdupq_n_s32(*p), places), 30))};
}
DLIS_INLINE void store_bf16(std::uint16_t* p, Vec x) {
  const uint32x4_t bits = vreinterpretq_u32_f32(x.v), upper = vshrq_n_u32(bits, 16);
  const uint32x4_t half = vaddq_u32(vdupq_n_u32(0x7fff), vandq_u32(upper, vdupq_n_u32(1)));
  const uint32x4_t rounded = vshrq_n_u32(vaddq_u32(bits, half), 16);
  const uint32x4_t quiet = vorrq_u32(upper, vdupq_n_u32(0x40));
  vst1_u16(p, vmovn_u32(vbslq_u32(vceqq_f32(x.v, x.v), rounded, quiet)));
}

DLIS_INLINE Vec fma(Vec a, Vec b, Vec c) { return {vfmaq_f32(c.v, a.v, b.v)}; }
DLIS_INLINE Vec add(Vec a, Vec b) { return {vaddq_f32(a.v, b.v)}; }
DLIS_INLINE Vec sub(Vec a, Vec b) { return {vsubq_f32(a.v, b.v)}; }
DLIS_INLINE Vec mul(Vec a, Vec b) { return {vmulq_f32(a.v, b.v)}; }
DLIS_INLINE Vec min(Vec a, Vec b) { return {vminq_f32(a.v, b.v)}; }
DLIS_INLINE Vec max(Vec a, Vec b) { return {vmaxq_f32(a.v, b.v)}; }
DLIS_INLINE Vec abs(Vec a) { return {vabsq_f32(a.v)}; }
#if defined(__aarch64__)
DLIS_INLINE Vec div(Vec a, Vec b) { return {vdivq_f32(a.v, b.v)}; }
DLIS_INLINE Vec sqrt(Vec a) { return {vsqrtq_f32(a.v)}; }
DLIS_INLINE Vec round_even(Vec a) { return {vrndnq_f32(a.v)}; }
#else
template <class F>
DLIS_INLINE Vec lanewise(Vec a, Vec b, F f) {
  float x[kLanes], y[kLanes];
  vst1q_f32(x, a.v);
  vst1q_f32(y, b.v);
  for (int i = 0; i < kLanes; ++i) x[i] = f(x[i], y[i]);
  return {vld1q_f32(x)};
}
DLIS_INLINE Vec div(Vec a, Vec b) {
  return lanewise(a, b, [](float x, float y) { return x / y; });
}
DLIS_INLINE Vec sqrt(Vec a) {
  return lanewise(a, a, [](float x, float) { return __builtin_sqrtf(x); });
}
DLIS_INLINE Vec round_even(Vec a) {
  return lanewise(a, a, [](float x, float) { return __builtin_rintf(x); });
}
#endif

DLIS_INLINE Mask less(Vec a, Vec b) { return {vcltq_f32(a.v, b.v)}; }
DLIS_INLINE Mask unordered(Vec a, Vec b) {
  return {vmvnq_u32(vandq_u32(vceqq_f32(a.v, a.v), vceqq_f32(b.v, b.v)))};
}
DLIS_INLINE Vec select(Mask m, Vec yes, Vec no) { return {vbslq_f32(m.v, yes.v, no.v)}; }

// 2^n for whole n from -126 to 127.
DLIS_INLINE Vec exp2_int(Vec n) {
  const int32x4_t biased = vaddq_s32(vcvtq_s32_f32(n.v), vdupq_n_s32(127));
  return {vreinterpretq_f32_s32(vshlq_n_s32(biased, 23))};
}

}  // namespace dlis::DLIS_SIMD
