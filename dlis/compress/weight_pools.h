// Which weights of a network compete, and for how many places.
#pragma once
#include "dlis/compress/layer_names.h"
#include "dlis/compress/weight_cut.h"

namespace dlis {

struct WeightTarget {
  double zeros = 0;  // share of all weights of layers without a share of their own
  Granularity granularity = Granularity::element;
  bool by_layer = false;        // each layer loses the same share
  bool all = false;             // the first layer and depthwise convolutions lose some as well
  std::vector<LayerShare> own;  // shares of the layers that it picks
  std::string keep;             // an expression: what it picks stays as it is; empty: nothing
};

// One pool of the layers without a share of their own, and one of each other. Errors: expressions
// that are none or pick nothing. Refused where the zeros would be more than may go.
Result<std::vector<WeightPool>> pools_of(const Graph& graph, const WeightTarget& target);

}  // namespace dlis
