// Operators that only move elements, where their values have different scales.
#pragma once
#include "dlis/model/graph.h"

namespace dlis {

// In front of Concat and its like, which write bytes, stands a QuantizeLinear for every input of
// another scale (or of reals, beside bytes): it writes to where the output has its place for it.
[[nodiscard]] Graph with_equal_scales(Graph graph);

}  // namespace dlis
