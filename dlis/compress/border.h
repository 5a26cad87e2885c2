// Puts quantisation on the values of a network.
#pragma once
#include <functional>
#include <map>

#include "dlis/model/graph.h"

namespace dlis {

// Each value takes its Quant. The network's inputs and outputs stay f32: behind such a one stands
// a rounded copy, NAME plus `suffix`, which those nodes read of whom `reads` is true.
Graph with_quants(Graph graph, const std::map<ValueId, Quant>& quants, const std::string& suffix,
                  const std::function<bool(const Node& node)>& reads);

}  // namespace dlis
