// What the OpenCL Winograd rows share; they differ in m, the outputs of a tile in each direction.
#pragma once
#include <vector>

#include "dlis/compute/opencl/opencl_gemm.h"
#include "dlis/compute/opencl/shape.h"
#include "dlis/compute/winograd/winograd.h"

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
std::vector<WinogradWay> winograd_ways(const ConvProblem& problem, int m, const OpenClShape& shape);
std::size_t winograd_scratch_bytes(const ConvProblem& problem, int m, bool gpu);  // of all ways

Status enqueue_winograd(const ConvProblem& problem, int m, const DeviceCall& call,
                        const WinogradWay& way);

Verdict opencl_winograd_accepts(const ConvProblem& problem, int m);
std::size_t opencl_winograd_packed_bytes(const ConvProblem& problem, int m);
void opencl_winograd_pack(const ConvProblem& problem, int m, const Encoded* weights,
                          const float* bias, std::byte* packed);
Status opencl_winograd_enqueue(const ConvProblem& problem, int m, const DeviceCall& call);
std::string opencl_winograd_remark(const ConvProblem& problem);

template <int m>
constexpr ConvRow opencl_winograd_row_of(const char* name, const char* summary, double tolerance) {
  return {
      .name = name,
      .device = "opencl",
      .summary = summary,
      .version = 2,
      .tolerance = {tolerance, m},
      .accepts = [](const ConvProblem& p) { return opencl_winograd_accepts(p, m); },
      .packed_bytes = [](const ConvProblem& p,
                         const Encoded*) { return opencl_winograd_packed_bytes(p, m); },
      .pack = [](const ConvProblem& p, const Encoded* weights, const float* bias,
                 std::byte* packed) { opencl_winograd_pack(p, m, weights, bias, packed); },
      .scratch_bytes =
          [](const ConvProblem& p) { return winograd_scratch_bytes(p, m, opencl_shape().gpu); },
      .enqueue = [](const ConvProblem& p,
                    const DeviceCall& call) { return opencl_winograd_enqueue(p, m, call); },
      .work = [](const ConvProblem& p) { return winograd_work(p, m, 1); },
      .remark = opencl_winograd_remark,
  };
}

}  // namespace dlis
