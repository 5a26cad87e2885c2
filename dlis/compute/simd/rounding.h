// Reals to bytes in plain loops that compilers vectorise. For .simd.cpp files only.
#pragma once
#include "dlis/compute/simd/vec.h"

namespace dlis::DLIS_SIMD {

// The nearest whole number, half to even, for |x| < 2^22: adding 1.5 * 2^23 leaves no bits behind
// the point.
DLIS_INLINE float nearest(float x) {
  constexpr float kMagic = 12582912.0f;
  return (x + kMagic) - kMagic;
}
// As x86's maximum: the bound where x is NaN.
DLIS_INLINE float limited(float x, float low, float high) {
  x = x > low ? x : low;
  return x < high ? x : high;
}

// x in units of the output, rounded, moved by the zero point, saturated.
template <class T>
DLIS_INLINE T byte_of(float x, float zero) {
  constexpr float lowest = static_cast<T>(-1) < 0 ? -128 : 0;
  return static_cast<T>(
      static_cast<std::int32_t>(nearest(limited(x, lowest - zero, lowest + 255 - zero)) + zero));
}

}  // namespace dlis::DLIS_SIMD
