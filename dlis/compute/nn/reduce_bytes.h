// Means of bytes that stand for reals: sums in integers, rounded once to the output's scale.
#pragma once
#include <span>

#include "dlis/compute/nn/reduce.h"

namespace dlis::nn {

// Whether bytes of one type average over windows of these extents, without overflow.
Verdict averages_bytes(const OpProblem& problem, std::span<const std::int64_t> extents);
Verdict means_of_bytes(const OpProblem& problem, const std::vector<bool>& reduced);
void run_means(const OpProblem& problem, const Call& call, const ReduceParams& params, Range range);

}  // namespace dlis::nn
