// How the row `opencl_winograd` computes, for its tests and benches.
#pragma once
#include <vector>

#include "dlis/compute/opencl/opencl_gemm.h"
#include "dlis/compute/opencl/shape.h"

namespace dlis {

// One of the ways to cut the work, which all give the same bits.
struct WinogradWay {
  const GemmWay* gpu;  // a GPU's products; null: the shape for CPU devices
  // Of that shape: whether all inputs are transformed before, or those of a block by its item, and
  // about how many tiles a block has.
  bool shared;
  std::int64_t tiles;
};
// Those that the shape's local memory allows.
std::vector<WinogradWay> winograd_ways(const ConvProblem& problem, const OpenClShape& shape);
std::size_t winograd_scratch_bytes(const ConvProblem& problem, bool gpu);  // of all ways

Status enqueue_winograd(const ConvProblem& problem, const DeviceCall& call, const WinogradWay& way);

}  // namespace dlis
