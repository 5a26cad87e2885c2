// Vec for any processor: 4 lanes of the compiler's own vectors. Where the processor has no fused
// multiply-add, fma rounds twice. See vec.h.
#pragma once

namespace dlis::DLIS_SIMD {

constexpr bool kPortable = true;
constexpr int kLanes = 4;
constexpr int kRegisters = 16;

typedef float Lanes __attribute__((vector_size(16)));
typedef std::int32_t IntLanes __attribute__((vector_size(16)));

struct Vec {
  Lanes v;
};
struct Mask {
  IntLanes v;
};

DLIS_INLINE Vec zero() { return {Lanes{0, 0, 0, 0}}; }
DLIS_INLINE Vec splat(float x) { return {Lanes{x, x, x, x}}; }
DLIS_INLINE Vec load(const float* p) {
  Vec x;
  __builtin_memcpy(&x.v, p, sizeof x.v);
  return x;
}
DLIS_INLINE Vec load(const float* p, int count) {
  float lane[kLanes] = {};
  for (int i = 0; i < count; ++i) lane[i] = p[i];
  return load(lane);
}
DLIS_INLINE void store(float* p, Vec x) { __builtin_memcpy(p, &x.v, sizeof x.v); }
DLIS_INLINE void store(float* p, Vec x, int count) {
  for (int i = 0; i < count; ++i) p[i] = x.v[i];
}
DLIS_INLINE Vec splat_upper(const std::uint16_t* p) {
  const std::uint32_t word = std::uint32_t(*p) << 16;
  float x;
  __builtin_memcpy(&x, &word, sizeof x);
  return splat(x);
}
DLIS_INLINE Vec load_bf16(const std::uint16_t* p) {
  const IntLanes bits = {p[0], p[1], p[2], p[3]};
  return {(Lanes)(bits << 16)};
}
DLIS_INLINE Vec load_ternary(const std::uint8_t* p) {
  const auto at = [p](int place) { return float(std::int32_t(std::uint32_t(*p) << place) >> 30); };
  return {Lanes{at(30), at(28), at(26), at(24)}};
}
DLIS_INLINE void store_bf16(std::uint16_t* p, Vec x) {
  for (int i = 0; i < kLanes; ++i) {
    const std::uint32_t bits = std::uint32_t(((IntLanes)x.v)[i]);
    const bool nan = x.v[i] != x.v[i];
    p[i] = std::uint16_t(nan ? bits >> 16 | 0x40 : (bits + 0x7fff + (bits >> 16 & 1)) >> 16);
  }
}

DLIS_INLINE Vec fma(Vec a, Vec b, Vec c) { return {a.v * b.v + c.v}; }
DLIS_INLINE Vec add(Vec a, Vec b) { return {a.v + b.v}; }
DLIS_INLINE Vec sub(Vec a, Vec b) { return {a.v - b.v}; }
DLIS_INLINE Vec mul(Vec a, Vec b) { return {a.v * b.v}; }
DLIS_INLINE Vec div(Vec a, Vec b) { return {a.v / b.v}; }

DLIS_INLINE Mask less(Vec a, Vec b) { return {a.v < b.v}; }
DLIS_INLINE Mask unordered(Vec a, Vec b) { return {(a.v != a.v) | (b.v != b.v)}; }
DLIS_INLINE Vec select(Mask m, Vec yes, Vec no) {
  return {(Lanes)((m.v & (IntLanes)yes.v) | (~m.v & (IntLanes)no.v))};
}
DLIS_INLINE Vec min(Vec a, Vec b) { return select(less(a, b), a, b); }
DLIS_INLINE Vec max(Vec a, Vec b) { return select(less(b, a), a, b); }
DLIS_INLINE Vec abs(Vec a) { return {(Lanes)((IntLanes)a.v & 0x7fffffff)}; }
DLIS_INLINE Vec sqrt(Vec a) {
  for (int i = 0; i < kLanes; ++i) a.v[i] = __builtin_sqrtf(a.v[i]);
  return a;
}
DLIS_INLINE Vec round_even(Vec a) {
  for (int i = 0; i < kLanes; ++i) a.v[i] = __builtin_rintf(a.v[i]);
  return a;
}

// 2^n for whole n from -126 to 127; a NaN gives 1, for its caller's other factor is NaN as well.
DLIS_INLINE std::int32_t whole_or_zero(float n) { return n == n ? (std::int32_t)n : 0; }
DLIS_INLINE Vec exp2_int(Vec n) {
  const IntLanes whole = {whole_or_zero(n.v[0]), whole_or_zero(n.v[1]), whole_or_zero(n.v[2]),
                          whole_or_zero(n.v[3])};
  return {(Lanes)((whole + 127) << 23)};
}

}  // namespace dlis::DLIS_SIMD
