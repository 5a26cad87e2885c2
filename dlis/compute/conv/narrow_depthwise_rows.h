// What the rows `int8_depthwise`, `bf16_depthwise` and `f16_depthwise` share.
#pragma once
#include "dlis/compute/row.h"

namespace dlis {

std::size_t narrow_depthwise_packed_bytes(const ConvProblem& problem, const Encoded*);
void narrow_depthwise_pack(const ConvProblem& problem, const Encoded* weights, const float* bias,
                           std::byte* packed);
std::size_t narrow_depthwise_scratch_bytes(const ConvProblem& problem);
int narrow_depthwise_phases(const ConvProblem&);
std::int64_t narrow_depthwise_tiles(const ConvProblem& problem, int);
void narrow_depthwise_run(const ConvProblem& problem, const Call& call, int, Range range,
                          Worker worker);

}  // namespace dlis
