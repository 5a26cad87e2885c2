// How the row `opencl_gemm` computes, for its tests and benches and for `opencl_winograd`.
#pragma once
#include <span>

#include "dlis/compute/opencl/conv_weights.h"

namespace dlis {

// One of the ways to cut the product, which all give the same bits.
struct GemmWay {
  bool gpu;
  int pixels, filters, rows, columns;  // of a GPU's group and item (gemm_gpu.cl)
  std::int64_t products;               // of a CPU device's item, about
};
std::span<const GemmWay> gemm_ways(bool gpu);

Status enqueue_gemm(const ConvProblem& problem, const DeviceCall& call, const GemmWay& way);

// On a GPU the products x[f] w[f] of `count` matrices: `sizes` is a 1x1 convolution's without ends.
struct GemmPlanes {
  bool aligned;  // opencl_aligned
  OpenClElement element;
  std::int64_t count, x, y;  // floats from one to the next
};
Status enqueue_planes(const OpenClSizes& sizes, const GemmPlanes& planes, const DeviceCall& call,
                      const GemmWay& way);

}  // namespace dlis
