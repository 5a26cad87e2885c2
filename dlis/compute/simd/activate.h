// Exponential, sigmoid and the activations of FusedEnds on a Vec; for .simd.cpp files only.
#pragma once
#include "dlis/compute/fused.h"
#include "dlis/compute/simd/vec.h"

namespace dlis::DLIS_SIMD {

// e^x within 2 ulp from -87.3 to 88.3, constant beyond; NaN stays NaN. x = n ln 2 + r, e^r by the
// minimax polynomial of Cephes' expf.
DLIS_INLINE Vec exp(Vec x) {
  x = clamp(x, splat(-87.33654f), splat(88.37626f));
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
  return y * exp2_int(n);
}

DLIS_INLINE Vec sigmoid(Vec x) { return splat(1.0f) / (splat(1.0f) + exp(zero() - x)); }

// max and min keep a NaN that stands in x.
DLIS_INLINE Vec activate(Vec x, Activation activation, Vec a, Vec b) {
  switch (activation) {
    case Activation::none:
      return x;
    case Activation::relu:
      return max(zero(), x);
    case Activation::clip:
      return clamp(x, a, b);
    case Activation::leaky_relu:
      return select(less(x, zero()), a * x, x);
    case Activation::hardswish:
      return x * clamp(fma(x, splat(1.0f / 6), splat(0.5f)), zero(), splat(1.0f));
    case Activation::hardsigmoid:
      return clamp(fma(a, x, b), zero(), splat(1.0f));
    case Activation::sigmoid:
      return sigmoid(x);
  }
  return x;
}

}  // namespace dlis::DLIS_SIMD
