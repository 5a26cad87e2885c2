// Exponential, sigmoid and the activations of FusedEnds on a Vec; for .simd.cpp files only.
#pragma once
#include "dlis/compute/fused.h"
#include "dlis/compute/simd/exp_parts.h"

namespace dlis::DLIS_SIMD {

// e^x within 2 ulp from -87.3 to 88.3, constant beyond; NaN stays NaN.
DLIS_INLINE Vec exp(Vec x) {
  x = clamp(x, splat(-87.33654f), splat(88.37626f));
  const ExpParts parts = exp_parts(x);
  return parts.power * exp2_int(parts.n);
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
