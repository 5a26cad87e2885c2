// The inner loop of MatMul, Gemm and ConvTranspose, compiled once per ISA.
#pragma once
#include <cstdint>

#include "dlis/hardware/simd_table.h"

namespace dlis {

// sum[r][j] += a[r * a_row + k * a_depth] * b[k * b_row + j] over k in order, for j < panel.
// `sum` has rows of `panel` floats; b's rows have `panel` readable floats.
struct PanelProduct {
  std::int64_t rows = 0, depth = 0;
  const float* a = nullptr;
  std::int64_t a_row = 0, a_depth = 0;
  const float* b = nullptr;
  std::int64_t b_row = 0;
  float* sum = nullptr;
};

struct PanelKernels {
  std::int64_t panel;  // columns: two vectors
  void (*accumulate)(const PanelProduct& product);
};

DLIS_SIMD_TABLE(PanelKernels, panel_kernels)

}  // namespace dlis
