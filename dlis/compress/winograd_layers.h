// Convolutions that move into the Winograd domain.
#pragma once
#include "dlis/compress/technique.h"

namespace dlis {

struct WinogradMove {
  int m = 4;          // of F(m x m, 3 x 3): 2, 4 or 6
  bool relu = false;  // the Relu in front moves into the transform
  std::string keep;   // an expression: layers that it finds stay; empty: none
};

struct MovedGraph {
  Graph graph;
  std::vector<Weight> weights;            // of all WinogradConv, those that were there before too
  std::int64_t moved = 0, with_relu = 0;  // layers
  std::int64_t other_m = 0;               // layers that were there before, with another m
};

// Every Conv with 3x3 filters, stride and dilation 1 and one group that is not the first layer
// becomes a WinogradConv with weights G g G^T, rounded once, and the same bias and pads.
//
// With `relu` one that reads a Relu, or a MaxPool of its own that does (which takes the same values
// after a Relu as in front of it), reads what lies in front of the Relu and is another function
// from then on (Liu et al. 2018). A Relu stays where it has other readers.
//
// Errors: `keep` is no expression, or G g G^T is larger than the type of the filters holds. Refused
// where there is no WinogradConv afterwards.
Result<MovedGraph> to_winograd(const Graph& graph, const WinogradMove& move);

// The root of the energy (base/winograd.h) of each value of a WinogradConv's weights times the
// value: magnitudes that compare between frequencies. f32, of the weights' shape.
Tensor importance_of(const Tensor& weights);

}  // namespace dlis
