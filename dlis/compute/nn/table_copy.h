// Copies whose source along every axis is a table of indices: Pad and nearest Resize.
#pragma once
#include "dlis/compute/nn/copy.h"

namespace dlis::nn {

inline constexpr std::int64_t kFill = -1;  // a table entry that means the fill value

// One table an axis: for every output index the input index, or kFill.
using Tables = std::vector<std::vector<std::int64_t>>;

Blob build_table_copy(const OpProblem& problem, const Tables& tables, const void* fill);
std::int64_t table_copy_tiles(const OpProblem& problem, int);
void table_copy_run(const OpProblem& problem, const Call& call, int, Range range, Worker);

}  // namespace dlis::nn
