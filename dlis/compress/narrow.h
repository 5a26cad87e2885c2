// Weights that are stored in fewer bits while their layers compute in f32.
#pragma once
#include "dlis/compress/technique.h"

namespace dlis {

// The weight (of a Conv, Gemm or MatMul, in f32) is stored as `type`: bf16, or i8 with a scale for
// each output channel. What is stored is what its layers take it for.
Graph with_narrow(Graph graph, ValueId weight, DType type);

// The type of each of `weights`: i8, but bf16 where the outputs on the options' images move too far
// with this one alone in i8.
Result<std::vector<DType>> narrow_types(const Graph& graph, std::span<const ValueId> weights,
                                        const CompressOptions& options);

}  // namespace dlis
