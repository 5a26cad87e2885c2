// The series that every exponential of a Vec shares; for .simd.cpp files only.
#pragma once
#include "dlis/compute/simd/vec.h"

namespace dlis::DLIS_SIMD {

// e^x = power * 2^n for a whole n.
struct ExpParts {
  Vec power, n;
};

// x = n ln 2 + r, e^r by the minimax polynomial of Cephes' expf; the caller bounds x.
DLIS_INLINE ExpParts exp_parts(Vec x) {
  const Vec n = round_even(x * splat(1.44269504088896341f));
  Vec r = fma(n, splat(-0.693359375f), x);
  r = fma(n, splat(2.12194440e-4f), r);
  Vec y = splat(1.9875691500e-4f);
  y = fma(y, r, splat(1.3981999507e-3f));
  y = fma(y, r, splat(8.3334519073e-3f));
  y = fma(y, r, splat(4.1665795894e-2f));
  y = fma(y, r, splat(1.6666665459e-1f));
  y = fma(y, r, splat(5.0000001201e-1f));
  y = fma(y, r * r, r + splat(1.0f));
  return {y, n};
}

}  // namespace dlis::DLIS_SIMD
