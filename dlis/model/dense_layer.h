// Which nodes are convolutions or dense layers: what a pass may fuse into and what a convolution
// row computes.
#pragma once
#include "dlis/model/graph.h"

namespace dlis {

// A Gemm or MatMul with constant f32 weights of two axes that computes each row of its input alike:
// the input is not constant and not transposed, a bias is one number or one a column.
bool is_dense_layer(const Graph& graph, const Node& node);

// Conv or WinogradConv: inputs are x, weights, a bias and, inside a plan, a residual.
bool is_convolution(const Node& node);

}  // namespace dlis
