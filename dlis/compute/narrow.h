// What rows of bytes and of 16 bits accept, and the scales of int8 filters.
#pragma once
#include <vector>

#include "dlis/compute/problem.h"

namespace dlis {

// Of filter k: output = (sum of (x - zero of x) * w) * multiplier + bias in the units of
// KernelEnds; `sum` is that of the filter's weights.
struct ByteFilters {
  std::vector<float> multiplier, bias;
  std::vector<std::int32_t> sum;
};
ByteFilters byte_filters(const ConvProblem& problem, const Encoded& weights, const float* bias);

// Whether a kernel of bytes computes this: types, format, and sums that 32 bits hold.
Verdict accepts_bytes(const ConvProblem& problem, std::string_view format = "int8");
// Whether a kernel of `type`, bf16 or f16, does.
Verdict accepts_half(const ConvProblem& problem, DType type);

}  // namespace dlis
