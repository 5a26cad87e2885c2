// What kernels need to turn sums into stored outputs: fused ends, element types and scales of a
// problem, worked out once.
#pragma once
#include <cstdint>

#include "dlis/compute/fused.h"

namespace dlis {

struct ConvProblem;

// A kernel computes v = sum * multiplier + bias + (residual - add_zero) * add_scale, then
// `activation`, and stores whole types as round(v / rest) + y_zero, saturated. Where the activation
// is a clamp, v is in steps of y: `unit` is y's scale, `rest` is 1, and low and high also saturate.
// Otherwise v is the real number, `unit` is 1, and `rest` is y's scale.
//
// Signed bytes are loaded as unsigned ones with their upper bit flipped, which moves their zero by
// 128; so x is always u8 to a kernel.
struct KernelEnds {
  Activation activation = Activation::none;
  bool clamped = true;
  float low = 0, high = 0;            // of the clamp, or the activation's a and b
  bool y_f32 = true, add_f32 = true;  // otherwise as x: 16 bits or bytes
  float unit = 1, rest = 1;
  float least = 0, most = 0;  // what y's type holds, less y_zero
  std::int32_t y_zero = 0;
  float add_scale = 1;
  std::int32_t add_zero = 0, add_flip = 0;  // flip: 128 where bytes are signed
  std::int32_t x_zero = 0, x_flip = 0;
};

KernelEnds kernel_ends(const ConvProblem& problem);

}  // namespace dlis
