// Where values lie: the order of their axes in memory, and which of them share it.
#pragma once
#include <map>
#include <set>

#include "dlis/runtime/plan.h"

namespace dlis {

struct Placements {
  std::vector<Placement> of;  // by value
  // Flattened channels-last values (N x C*H*W whose elements lie as H, W, C) with the shape before
  // flattening: the dense layers behind them permute their weights instead of the activations.
  std::map<ValueId, Shape> permuted;
  std::set<ValueId> views;  // outputs of nodes that compute nothing, since they share their input
};

// Rank-4 values are channels-last, and so are rank-3 values around convolutions and pooling.
// Reshape, Slice and Split become views where memory allows it; the inputs of a Concat are written
// straight into its output; elementwise operators work in place where nobody needs their input
// afterwards.
Placements place(const Graph& graph);

}  // namespace dlis
