// Where Pad puts its input.
#pragma once
#include <vector>

#include "dlis/compute/row.h"

namespace dlis::nn {

// Elements in front of the input, by axis of the output; negative ones are cut off.
std::vector<std::int64_t> pad_begins(const OpProblem& problem);

}  // namespace dlis::nn
