// Layers whose weights a model file holds as their row packed them.
#pragma once
#include "dlis/runtime/lower.h"

namespace dlis {

// What packed weights are for: the problem's line, without the workers, which lay out nothing.
std::string packed_line(ConvProblem problem);

// The options of a plan of `graph`, which came from such a file: its choices are taken for layers
// whose weights are not packed. Errors: packed for another instruction set; options that ask for
// what the file has decided.
Result<PlanOptions> packed_options(const Graph& graph, PlanOptions options);

// Gives a layer with hollow weights the file's row and panels. Errors: the file has none for it, or
// such as do not fit the layer.
Status take_packed(const PackedLayers& packed, LoweredStep& layer);

// No kernel reads a hollow constant.
Status check_packed(const Graph& graph, const std::vector<LoweredStep>& layers);

}  // namespace dlis
