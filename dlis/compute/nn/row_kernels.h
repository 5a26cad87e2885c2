// Kernels on one contiguous row of elements, compiled once per ISA. `out` may be `in`.
#pragma once
#include <cstdint>

#include "dlis/hardware/simd_table.h"

namespace dlis {

// out[c] = in[c] * (bias + alpha / size * sum of in[c']^2)^-beta over the `size` channels around c.
struct LrnSettings {
  std::int64_t size = 1;
  float alpha = 0, beta = 0, bias = 1;
};

// out[i] = (in[i] - mean) / sqrt(variance + epsilon) * scale[i] + bias[i]
struct LayerNormalisation {
  const float* scale = nullptr;  // up to 64 bytes past the row are read
  const float* bias = nullptr;
  float epsilon = 0;
};

struct RowKernels {
  void (*softmax)(std::int64_t n, const float* in, float* out);
  void (*log_softmax)(std::int64_t n, const float* in, float* out);
  // `squares` has n + size + 16 floats.
  void (*lrn)(std::int64_t n, const float* in, float* out, float* squares, LrnSettings settings);
  void (*layer_normalization)(std::int64_t n, const float* in, float* out, LayerNormalisation with);
};

DLIS_SIMD_TABLE(RowKernels, row_kernels)

}  // namespace dlis
