// The kernels of a convolution of few input channels: a stretch of an output row, all filters.
#pragma once
#include <cstddef>
#include <cstdint>

#include "dlis/compute/kernel_ends.h"
#include "dlis/hardware/simd_table.h"

namespace dlis {

inline constexpr int kFirstLayerChannels = 4;  // the most

// y[i][k] = finish(sum over r, s, c of x[i][r][s][c] * weights[r][s][c][k]), one fused multiply-add
// a term from 0, in that order. Steps are in floats.
struct FirstLayerTile {
  const float* x = nullptr;                               // under the first tap of the first output
  std::ptrdiff_t x_step = 0, row_step = 0, tap_step = 0;  // to the next output, filter row, tap
  std::int64_t r = 1, s = 1;
  const float* weights = nullptr;   // panels of two vectors of filters, each [r][s][c][filters]
  const float* bias = nullptr;      // of whole panels
  const float* residual = nullptr;  // or null
  std::ptrdiff_t residual_step = 0;
  float* y = nullptr;
  std::ptrdiff_t y_step = 0;
  std::int64_t count = 0, filters = 0;  // of outputs in the stretch; that are stored
  KernelEnds ends;
};

struct FirstLayerKernels {
  using Kernel = void (*)(const FirstLayerTile&);
  Kernel of_channels[kFirstLayerChannels];  // [channels - 1]
};

DLIS_SIMD_TABLE(FirstLayerKernels, first_layer_kernels)

}  // namespace dlis
