// The kernels of sparse_direct: pixels to planes, sums over non-zeros, sums back to pixels.
#pragma once
#include <cstddef>
#include <cstdint>

#include "dlis/compute/fused.h"
#include "dlis/hardware/simd_table.h"

namespace dlis {

// planes[c * channel + i] = taps[i][first + c] for c < channels and i < length (rounded up to 16).
struct SparseGather {
  const float* const* taps = nullptr;
  float* planes = nullptr;
  std::int64_t length = 0, first = 0, channels = 0, channel = 0;
};

// sums[k * pixels + i] += values[j] * planes[offsets[j] + i], j from starts[k] to starts[k + 1].
struct SparseSum {
  const float* planes = nullptr;
  float* sums = nullptr;
  const std::uint32_t* starts = nullptr;
  const std::byte* values = nullptr;  // f32, bf16 (two bytes before them may be read) or i8
  const std::uint16_t* offsets = nullptr;
  std::int64_t outputs = 0, pixels = 0;  // pixels: a multiple of 16
};

// y[i][k] = activate(sums[k * pixels + i] * scale[k] + bias[k] + residual[i][k]) for outputs k of
// 16 pixels; y[i] is null where there is no such pixel, scale where it is 1.
struct SparseFinish {
  const float* sums = nullptr;
  const float *bias = nullptr, *scale = nullptr;  // whole vectors may be read
  float* y[16] = {};
  const float* residual[16] = {};
  bool add = false;
  std::int64_t outputs = 0, pixels = 0;
  Activation activation = Activation::none;
  float a = 0, b = 0;
};

struct SparseKernels {
  void (*gather)(const SparseGather&);
  void (*sum)(const SparseSum&);
  void (*sum_bf16)(const SparseSum&);
  void (*sum_int8)(const SparseSum&);
  void (*finish)(const SparseFinish&);
};

DLIS_SIMD_TABLE(SparseKernels, sparse_kernels)

}  // namespace dlis
