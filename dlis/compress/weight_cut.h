// The smallest weights become zero: how many, and among which.
#pragma once
#include <span>
#include <vector>

#include "dlis/compress/weight_blocks.h"

namespace dlis {

// Weights that compete for the places that are left.
struct WeightPool {
  std::vector<Weight> weights;
  Granularity granularity = Granularity::element;
  bool by_layer = false;    // each loses the same share of its own; else the smallest of all go
  std::int64_t wanted = 0;  // zeros at the end
};

std::int64_t prunable(const Graph& graph, const WeightPool& pool);  // the most zeros it can have

// `share` of the wanted zeros are there, or as many more as fill a block. Among equal blocks those
// that come first go first.
Graph with_zeros(Graph graph, const WeightPool& pool, double share = 1);

}  // namespace dlis
