// The graph transformations at the start of `plan`, each of which a test can call alone.
#pragma once
#include "dlis/model/graph.h"

namespace dlis {

// Identity, Dropout and the like vanish; nodes whose inputs are all constant become constants;
// nodes and values that nothing uses are removed. Loading applies only fold_constants.
[[nodiscard]] Result<Graph> fold_constants(Graph graph);
[[nodiscard]] Graph remove_dead(Graph graph);
[[nodiscard]] Graph remove_identities(Graph graph);

// BatchNormalization goes into the weights and bias of the Conv, ConvTranspose or Gemm in front of
// it (computed in double); one that stands alone becomes a depthwise 1x1 Conv, so that none
// survives.
[[nodiscard]] Graph fold_batchnorm(Graph graph);

// Adjacent Mul/Add by a constant per channel goes into the Conv in front (same condition as above).
[[nodiscard]] Graph fold_scale(Graph graph);

// A single-consumer chain Conv|Gemm -> [Add residual] -> [activation] becomes the Conv alone. The
// residual becomes input 3 of the Conv (input 2, the bias, may be absent); the activation becomes
// the attributes `activation` (text: relu, clip, leaky_relu, hardswish, hardsigmoid, sigmoid),
// `activation_a` and `activation_b` (see compute/fused.h for their meaning). Such nodes exist only
// inside a plan.
[[nodiscard]] Graph fuse_ends(Graph graph);

// All of the above in the order that `plan` uses, with validate() after each in debug builds.
[[nodiscard]] Result<Graph> prepare(Graph graph);

}  // namespace dlis
