// An affine map per channel, and folding it into the layer that makes the channels.
#pragma once
#include <optional>
#include <vector>

#include "dlis/model/graph.h"

namespace dlis {

// y[c] = scale[c] * x[c] + shift[c], over axis 1.
struct ChannelAffine {
  std::vector<double> scale, shift;
  std::size_t channels() const { return scale.size(); }
};

// Whether the node is a Conv, WinogradConv, ConvTranspose or Gemm that has constant weights and a
// bias (constant, or none) that can take up the map.
bool can_take(const Graph& graph, const Node& layer);

// New weights and bias so that the layer's output is mapped; asserts can_take.
void take(Graph& graph, Node& layer, const ChannelAffine& map);

// Merges chains: for each node, `map_of` says whether it is an affine map of its input
// `input` per channel; where the node in front can take it, the node vanishes.
struct AffineNode {
  ValueId input;
  ChannelAffine map;
};
Graph merge_affine(Graph graph,
                   std::optional<AffineNode> (*map_of)(const Graph& graph, const Node& node));

}  // namespace dlis
