// Softmax and LogSoftmax along one axis, or along all axes from one on (the rule before opset 13).
#pragma once
#include "dlis/compute/nn/row_kernels.h"
#include "dlis/compute/nn/rows.h"

namespace dlis::nn {

using SoftmaxKernel = void (*)(std::int64_t n, const float* in, float* out);

Verdict softmax_accepts(const OpProblem& problem);
Blob build_softmax(const OpProblem& problem);
std::size_t softmax_scratch(const OpProblem& problem);
std::int64_t softmax_tiles(const OpProblem& problem, int);
void run_softmax(const OpProblem& problem, const Call& call, Range range, Worker worker,
                 SoftmaxKernel kernel);

template <SoftmaxKernel RowKernels::*kernel>
void softmax_run(const OpProblem& problem, const Call& call, int, Range range, Worker worker) {
  run_softmax(problem, call, range, worker, row_kernels_for(problem.isa).*kernel);
}

template <SoftmaxKernel RowKernels::*kernel>
constexpr OpRow softmax_row_of(const char* name, const char* summary) {
  return {.name = name,
          .summary = summary,
          .tolerance = {2e-6},
          .accepts = softmax_accepts,
          .packed_bytes = packed_bytes<build_softmax>,
          .pack = pack<build_softmax>,
          .scratch_bytes = softmax_scratch,
          .phases = one_phase,
          .tiles = softmax_tiles,
          .run = softmax_run<kernel>};
}

}  // namespace dlis::nn
