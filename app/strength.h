// dlis compress --max-drop: the strength of a technique that is given without it.
#pragma once
#include "model_arguments.h"

namespace dlis::app {

using Top1 = Result<std::optional<double>> (*)(const Graph& graph, const Dataset& data);

// Where a technique of `from.compress` lacks its strength, adds the largest one that loses at most
// `most_drop` points of top-1 accuracy on held-out images of `data`, and returns a sentence on how
// it was chosen; else an empty one. A line for each evaluation goes to stderr.
Result<std::string> choose_strength(ModelArguments& from, const std::string& data, double most_drop,
                                    Top1 top1_of);

}  // namespace dlis::app
