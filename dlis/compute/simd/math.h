// Exponential, tanh, erf and NaN-propagating max and min on a Vec, correct at infinities and
// overflow; for .simd.cpp files only.
#pragma once
#include "dlis/compute/simd/exp_parts.h"

namespace dlis::DLIS_SIMD {

// e^x within 2 ulp wherever the result is normal; 0 and infinity beyond, NaN stays NaN. As exp in
// activate.h, but 2^n is applied in two factors, so that results up to the largest float are right.
DLIS_INLINE Vec exp_full(Vec x) {
  x = clamp(x, splat(-104.0f), splat(89.0f));
  const ExpParts parts = exp_parts(x);
  const Vec half = round_even(parts.n * splat(0.5f));
  return parts.power * exp2_int(half) * exp2_int(parts.n - half);
}

// Within 2 ulp. Small |x|: Cephes' tanhf polynomial; else 1 - 2 / (e^2|x| + 1) with the sign of x.
DLIS_INLINE Vec tanh(Vec x) {
  const Vec t = abs(x);
  const Vec s = x * x;
  Vec small = splat(-5.70498872745e-3f);
  small = fma(small, s, splat(2.06390887954e-2f));
  small = fma(small, s, splat(-5.37397155531e-2f));
  small = fma(small, s, splat(1.33314422036e-1f));
  small = fma(small, s, splat(-3.33332819422e-1f));
  small = fma(small * s, x, x);
  small = select(less(t, splat(1e-10f)), x, small);  // keeps the sign of zero
  Vec large = splat(1.0f) - splat(2.0f) / (exp_full(t + t) + splat(1.0f));
  large = select(less(x, zero()), zero() - large, large);
  return select(less(t, splat(0.625f)), small, large);
}

// Within 2 ulp. |x| below 0.93: an odd polynomial; else 1 - e^p(|x|) with the sign of x.
DLIS_INLINE Vec erf(Vec x) {
  const Vec t = min(splat(10.0f), abs(x));
  const Vec s = t * t;
  Vec p = fma(splat(-1.72853470e-5f), t, splat(3.83197126e-4f));
  const Vec u = fma(splat(-3.88396438e-3f), t, splat(2.42546219e-2f));
  p = fma(p, s, u);
  p = fma(p, t, splat(-1.06777877e-1f));
  p = fma(p, t, splat(-6.34846687e-1f));
  p = fma(p, t, splat(-1.28717512e-1f));
  p = fma(p, t, zero() - t);
  Vec large = splat(1.0f) - exp_full(p);
  large = select(less(x, zero()), zero() - large, large);
  Vec small = splat(-5.96761703e-4f);
  small = fma(small, s, splat(4.99119423e-3f));
  small = fma(small, s, splat(-2.67681349e-2f));
  small = fma(small, s, splat(1.12819925e-1f));
  small = fma(small, s, splat(-3.76125336e-1f));
  small = fma(small, s, splat(1.28379166e-1f));
  small = fma(small, x, x);
  return select(less(t, splat(0.927734375f)), small, large);
}

// numpy's maximum and minimum: NaN where either is NaN.
DLIS_INLINE Vec max_nan(Vec a, Vec b) { return select(unordered(a, b), a + b, max(a, b)); }
DLIS_INLINE Vec min_nan(Vec a, Vec b) { return select(unordered(a, b), a + b, min(a, b)); }

}  // namespace dlis::DLIS_SIMD
