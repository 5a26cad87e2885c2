// Sums, means and maxima over any axes: ReduceSum, ReduceMean, ReduceMax and the global pools.
#pragma once
#include "dlis/compute/nn/blob.h"
#include "dlis/compute/nn/loops.h"
#include "dlis/compute/nn/reduce_kernels.h"

namespace dlis::nn {

enum class Reduction { sum, mean, max };

// Which axes of input 0 are reduced; true at index i: axis i is.
using Reduced = std::vector<bool> (*)(const OpProblem&);
std::vector<bool> axes_attribute(const OpProblem& problem);  // none given: all, or none by request
std::vector<bool> spatial_axes(const OpProblem& problem);    // all behind N and C

// Packed by build_reduce.
struct ReduceParams {
  Loops kept;     // operands: output, input
  Loops reduced;  // operand: input
  Tiling tiling;
  Reduction reduction;
};

Verdict reduce_accepts(const OpProblem& problem, const std::vector<bool>& reduced,
                       Reduction reduction);
Blob build_reduce(const OpProblem& problem, const std::vector<bool>& reduced, Reduction reduction);
std::int64_t count_reduce_tiles(const OpProblem& problem, const std::vector<bool>& reduced);
void reduce_run(const OpProblem& problem, const Call& call, int, Range range, Worker);

template <Reduced reduced, Reduction reduction>
Verdict reduce_accepts_with(const OpProblem& problem) {
  if (Verdict v = needs_inputs(problem, 1, 2); !v) return v;
  return reduce_accepts(problem, reduced(problem), reduction);
}
template <Reduced reduced, Reduction reduction>
Blob build_reduce_with(const OpProblem& problem) {
  return build_reduce(problem, reduced(problem), reduction);
}
template <Reduced reduced>
std::int64_t reduce_tiles(const OpProblem& problem, int) {
  return count_reduce_tiles(problem, reduced(problem));
}

template <Reduced reduced, Reduction reduction>
constexpr OpRow reduce_row(const char* name, const char* summary) {
  return {.name = name,
          .summary = summary,
          .tolerance = {2e-6},
          .accepts = reduce_accepts_with<reduced, reduction>,
          .packed_bytes = packed_bytes<build_reduce_with<reduced, reduction>>,
          .pack = pack<build_reduce_with<reduced, reduction>>,
          .scratch_bytes = no_scratch,
          .phases = one_phase,
          .tiles = reduce_tiles<reduced>,
          .run = reduce_run};
}

}  // namespace dlis::nn
