// A thin vector of f32 for the ISA that the including .simd.cpp is compiled for (DLIS_SIMD).
// Include it only from .simd.cpp files; everything lives in that ISA's namespace and is inlined, so
// no symbol is shared between copies compiled for different ISAs.
//
// Every header gives: kPortable (no intrinsics: for tests and unknown machines, so that a kernel of
// many shapes need not be compiled in each), Vec (kLanes floats), Mask, zero, splat, load, store
// (whole, or the first `count` lanes with 0 <= count <= kLanes; missing lanes load as 0 and are not
// touched in memory), load_bf16, splat_upper (a bf16; the two bytes before it may be read),
// load_ternary (2 bits a lane in two's complement, from -1 to 1), store_bf16 (to nearest even;
// avx512 flushes denormals), fma(a, b, c) = a * b + c, add, sub, mul, div, min, max, abs, sqrt,
// round_even, less, unordered (either is NaN), select, exp2_int. max(a, b) and min(a, b) give b
// where an operand is NaN on x86, NaN on others.
#pragma once
#include <cstddef>
#include <cstdint>

#define DLIS_MEMBER inline __attribute__((always_inline))  // of an object
#define DLIS_INLINE static DLIS_MEMBER

#if defined(DLIS_SIMD_avx512)
#include "dlis/compute/simd/vec_avx512.h"
#elif defined(DLIS_SIMD_avx2)
#include "dlis/compute/simd/vec_avx2.h"
#elif defined(DLIS_SIMD_neon)
#include "dlis/compute/simd/vec_neon.h"
#else
#include "dlis/compute/simd/vec_generic.h"
#endif

namespace dlis::DLIS_SIMD {

DLIS_INLINE Vec operator+(Vec a, Vec b) { return add(a, b); }
DLIS_INLINE Vec operator-(Vec a, Vec b) { return sub(a, b); }
DLIS_INLINE Vec operator*(Vec a, Vec b) { return mul(a, b); }
DLIS_INLINE Vec operator/(Vec a, Vec b) { return div(a, b); }
DLIS_INLINE Vec clamp(Vec x, Vec low, Vec high) { return min(high, max(low, x)); }  // keeps NaN
#if !defined(DLIS_SIMD_avx512)
DLIS_INLINE void store_bf16(std::uint16_t* p, Vec x, int count) {
  std::uint16_t lane[kLanes];
  store_bf16(lane, x);
  for (int i = 0; i < count; ++i) p[i] = lane[i];
}
#endif

// The lanes' sum and largest, in a fixed order.
DLIS_INLINE float reduce_add(Vec x) {
  alignas(64) float lane[kLanes];
  store(lane, x);
  for (int width = kLanes / 2; width > 0; width /= 2)
    for (int i = 0; i < width; ++i) lane[i] += lane[i + width];
  return lane[0];
}
DLIS_INLINE float reduce_max(Vec x) {
  alignas(64) float lane[kLanes];
  store(lane, x);
  for (int width = kLanes / 2; width > 0; width /= 2)
    for (int i = 0; i < width; ++i) lane[i] = lane[i] < lane[i + width] ? lane[i + width] : lane[i];
  return lane[0];
}

}  // namespace dlis::DLIS_SIMD
