// MaxPool and AveragePool over one to three spatial axes.
#pragma once
#include "dlis/compute/nn/blob.h"
#include "dlis/compute/nn/pool_kernels.h"

namespace dlis::nn {

Verdict pool_accepts(const OpProblem& problem);
Blob build_pool(const OpProblem& problem);
std::int64_t pool_tiles(const OpProblem& problem, int);
void run_pool(const OpProblem& problem, const Call& call, Range range, const PoolKernel& kernel);

template <PoolKernel PoolKernels::*kernel>
void pool_run(const OpProblem& problem, const Call& call, int, Range range, Worker) {
  run_pool(problem, call, range, pool_kernels_for(problem.isa).*kernel);
}

template <PoolKernel PoolKernels::*kernel>
constexpr OpRow pool_row(const char* name, const char* summary) {
  return {.name = name,
          .summary = summary,
          .accepts = pool_accepts,
          .packed_bytes = packed_bytes<build_pool>,
          .pack = pack<build_pool>,
          .scratch_bytes = no_scratch,
          .phases = one_phase,
          .tiles = pool_tiles,
          .run = pool_run<kernel>};
}

}  // namespace dlis::nn
