// The steps of an f32 product as cores like them that run instructions in their order (Cortex-A7,
// A53, A55): each load stands behind the last use of its register and a dozen multiply-adds before
// its next, so none waits for it. The body of micro_kernel.h uses them; for .simd.cpp files only.
//
// A53 issues a load of 64 bits beside a multiply-add but not one of 128: x comes in pairs of words,
// and a vector of weights as a half, another through a general register, and an insertion.
#pragma once
#include "dlis/compute/simd/vec.h"

namespace dlis::DLIS_SIMD {

constexpr int kInOrderRows = kRegisters == 32 ? 8 : 4;

#if defined(DLIS_SIMD_neon) && defined(__aarch64__)

// Volatile, so that they stay in their order.
DLIS_INLINE float32x4_t lower_half(const float* p) {
  float32x4_t vector;
  asm volatile("ldr %d0, %1" : "=w"(vector) : "m"(*reinterpret_cast<const float32x2_t*>(p)));
  return vector;
}
DLIS_INLINE std::uint64_t upper_half(const float* p) {
  std::uint64_t bits;
  asm volatile("ldr %0, %1" : "=r"(bits) : "m"(*reinterpret_cast<const float32x2_t*>(p + 2)));
  return bits;
}
DLIS_INLINE void insert(float32x4_t& vector, std::uint64_t upper) {
  asm volatile("ins %0.d[1], %1" : "+w"(vector) : "r"(upper));
}

template <int lane>
DLIS_INLINE void multiply_add(Vec& sum, float32x4_t weights, float32x2_t x) {
  asm volatile("fmla %0.4s, %1.4s, %2.s[%3]" : "+w"(sum.v) : "w"(weights), "w"(x), "i"(lane));
}
DLIS_INLINE float32x2_t two_words(const char* row, std::ptrdiff_t at) {
  float32x2_t x;
  asm volatile("ldr %d0, [%1, %2]" : "=w"(x) : "r"(row), "r"(at) : "memory");
  return x;
}

#define DLIS_EIGHT(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#define DLIS_IN_ORDER_ROW(i)                                                               \
  const char* p##i = i < rows ? at<(i < half ? i : i - half)>(i < half ? a0 : a1, s) : a0; \
  opaque(p##i);                                                                            \
  float32x2_t x##i = two_words(p##i, 0);
#define DLIS_FMA(i, column, b, lane) \
  if constexpr (i < rows) multiply_add<lane>(c##i##_##column, b, x##i);
// Part i of loading two vectors.
#define DLIS_PART(i, from, to0, to1)                   \
  if constexpr (i == 0) to0 = lower_half(from);        \
  if constexpr (i == 1) upper0 = upper_half(from);     \
  if constexpr (i == 2) to1 = lower_half(from + 4);    \
  if constexpr (i == 3) upper1 = upper_half(from + 4); \
  if constexpr (i == 4) insert(to0, upper0);           \
  if constexpr (i == 5) insert(to1, upper1);
#define DLIS_FIRST(i)           \
  DLIS_FMA(i, 0, b00, 0)        \
  DLIS_PART(i, b + 8, b10, b11) \
  DLIS_FMA(i, 1, b01, 0)
#define DLIS_SECOND(i)             \
  DLIS_FMA(i, 0, b10, 1)           \
  DLIS_PART(i, b + 16, b00, b01)   \
  DLIS_FMA(i, 1, b11, 1)           \
  if constexpr (i < rows) {        \
    x##i = two_words(p##i, place); \
  }
#define DLIS_LAST(i)     \
  DLIS_FMA(i, 0, b10, 1) \
  DLIS_FMA(i, 1, b11, 1)
#define DLIS_SINGLE(i)   \
  DLIS_FMA(i, 0, b00, 0) \
  DLIS_FMA(i, 1, b01, 0)

// Two words a turn; `n` words from a0, a1 and b on, the last of which load nothing ahead. `place`:
// bytes of each row that are loaded.
#define DLIS_IN_ORDER                                               \
  std::ptrdiff_t place = 8;                                         \
  DLIS_EIGHT(DLIS_IN_ORDER_ROW)                                     \
  std::uint64_t upper0, upper1;                                     \
  float32x4_t b00 = vld1q_f32(b), b01 = vld1q_f32(b + 4), b10, b11; \
  for (; place < 4 * n; place += 8) {                               \
    __builtin_prefetch(b + kAhead * 8);                             \
    DLIS_EIGHT(DLIS_FIRST)                                          \
    DLIS_EIGHT(DLIS_SECOND)                                         \
    b += 16;                                                        \
  }                                                                 \
  if (place == 4 * n) {                                             \
    DLIS_EIGHT(DLIS_FIRST)                                          \
    DLIS_EIGHT(DLIS_LAST)                                           \
    b += 16;                                                        \
  } else {                                                          \
    DLIS_EIGHT(DLIS_SINGLE)                                         \
    b += 8;                                                         \
  }

#else

// The first vector's multiply-adds cover the load of the second one's weights, and the other way
// around.
#define DLIS_FOUR(X) X(0) X(1) X(2) X(3)
#define DLIS_IN_ORDER_ROW(i)                                                 \
  const float* p##i = reinterpret_cast<const float*>(                        \
      i < rows ? at<(i < half ? i : i - half)>(i < half ? a0 : a1, s) : a0); \
  opaque(p##i);                                                              \
  Vec x##i = splat(*p##i++);
#define DLIS_FIRST(i)                                         \
  if constexpr (i < rows) c##i##_0 = fma(x##i, w0, c##i##_0); \
  if constexpr (i == 0) w1 = load(b + kLanes);
#define DLIS_LAST(i) \
  if constexpr (i < rows) c##i##_1 = fma(x##i, w1, c##i##_1);
#define DLIS_SECOND(i)                           \
  DLIS_LAST(i)                                   \
  if constexpr (i < rows) x##i = splat(*p##i++); \
  if constexpr (i == 0) w0 = load(b);

#define DLIS_IN_ORDER                            \
  DLIS_FOUR(DLIS_IN_ORDER_ROW)                   \
  Vec w0 = load(b), w1;                          \
  for (; n > 1; --n) {                           \
    DLIS_FOUR(DLIS_FIRST)                        \
    b += 2 * kLanes;                             \
    __builtin_prefetch(b + kAhead * 2 * kLanes); \
    DLIS_FOUR(DLIS_SECOND)                       \
  }                                              \
  DLIS_FOUR(DLIS_FIRST)                          \
  DLIS_FOUR(DLIS_LAST)                           \
  b += 2 * kLanes;

#endif

}  // namespace dlis::DLIS_SIMD
