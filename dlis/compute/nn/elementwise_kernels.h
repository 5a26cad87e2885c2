// Elementwise kernels on one block, compiled once per ISA.
#pragma once
#include <cstdint>

#include "dlis/hardware/simd_table.h"

namespace dlis {

// out[r][c] = f(in0[r][c], in1[r][c], in2[r][c]; a, b). Outputs are contiguous within a row, inputs
// contiguous (in_col 1) or one value a row (in_col 0). Up to 64 bytes past a row's end are read.
struct ElementwiseBlock {
  std::int64_t rows = 1, cols = 1;
  float* out = nullptr;
  std::int64_t out_row = 0;
  const float* in[3] = {};
  std::int64_t in_row[3] = {};
  std::int64_t in_col[3] = {};
  float a = 0, b = 0;
};
using ElementwiseKernel = void (*)(const ElementwiseBlock& block);

struct ElementwiseKernels {
  // One input; a and b are the operator's alpha and beta, or bounds.
  ElementwiseKernel relu, leaky_relu, clip, sigmoid, tanh, hard_sigmoid, hard_swish, exp, sqrt, erf,
      neg, reciprocal, gelu;
  // Two inputs.
  ElementwiseKernel add, sub, mul, div, max, min, prelu, pow;
  ElementwiseKernel multiply_add;  // in0 * in1 + in2
};

DLIS_SIMD_TABLE(ElementwiseKernels, elementwise_kernels)

}  // namespace dlis
