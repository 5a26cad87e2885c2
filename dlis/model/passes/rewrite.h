// What the passes share for rewriting a graph.
#pragma once
#include "dlis/model/graph.h"

namespace dlis {

// Drops the values that no node, input or output mentions and numbers the rest in one canonical
// order: inputs, constants by first use, then the nodes' outputs.
Graph renumbered(Graph graph);

// Removes the nodes for which `dead[index]`; values stay.
void erase_nodes(Graph& graph, const std::vector<bool>& dead);

// Every use of `from`, by nodes and among the outputs, becomes `to`.
void replace_uses(Graph& graph, ValueId from, ValueId to);

// The real numbers that a constant stands for, whatever its type.
std::vector<double> doubles_of(const Value& constant);
Tensor f32_of(const Shape& shape, const std::vector<double>& values);

}  // namespace dlis
