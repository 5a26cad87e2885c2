// Linear interpolation of one pixel over contiguous channels, compiled once per ISA.
#pragma once
#include <cstdint>

#include "dlis/hardware/simd_table.h"

namespace dlis {

struct ResizeKernels {
  // out[c] = sum over corners of weights[j] * in[offsets[j] + c], in order; one to eight corners.
  void (*blend)(std::int64_t channels, int corners, const float* in, const std::int64_t* offsets,
                const float* weights, float* out);
};

DLIS_SIMD_TABLE(ResizeKernels, resize_kernels)

}  // namespace dlis
