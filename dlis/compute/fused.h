// What a convolution applies to each output before it stores it: bias, residual, activation.
#pragma once
#include <cstdint>

namespace dlis {

// y = activate(sum + bias + residual). `a` and `b` are the activation's parameters.
enum class Activation : std::uint8_t {
  none,
  relu,
  clip,         // min(max(x, a), b)
  leaky_relu,   // x < 0 ? a * x : x
  hardswish,    // x * clip(x / 6 + 0.5, 0, 1)
  hardsigmoid,  // clip(a * x + b, 0, 1)
  sigmoid,
};

struct FusedEnds {
  bool bias = false;
  bool add = false;  // a residual of the output's shape is added before the activation
  Activation activation = Activation::none;
  float a = 0, b = 0;
  friend bool operator==(const FusedEnds&, const FusedEnds&) = default;
};

// One value, in double precision: what every kernel approximates.
double activate(const FusedEnds& ends, double x);

}  // namespace dlis
