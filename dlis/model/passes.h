// The graph transformations at the start of `plan`, each of which a test can call alone.
//
// Every pass takes a valid graph with inferred shapes and gives one back; values that nothing uses
// are gone and the rest are numbered as passes/rewrite.h says. Weights are computed in double and
// rounded once. A node is only merged into the one in front of it when that one's output has no
// other reader and is no output of the graph.
#pragma once
#include "dlis/model/graph.h"

namespace dlis {

// Nodes whose outputs follow from constants and shapes become constants. Loading applies only this.
// Afterwards no node has constant inputs alone, but for operators that do not fold.
[[nodiscard]] Result<Graph> fold_constants(Graph graph);

// Quantisation moves from nodes to values (see Value): a value that only DequantizeLinear reads,
// each with the same scales, becomes a quantised one that their readers read; constants among them.
// A QuantizeLinear in front of such a value goes into the node that makes its input, where nobody
// else reads that. Casts to bf16 and back count as such. u8 weights become i8. What stays is at a
// border: behind inputs of f32 and values with other readers, in front of outputs. Loading applies
// this.
[[nodiscard]] Graph fold_quantisation(Graph graph);

// The reverse: every quantised value is made by a QuantizeLinear and read through a
// DequantizeLinear (bf16: a Cast), as files have it.
[[nodiscard]] Graph unfold_quantisation(Graph graph);

// Relu and Clip vanish where what is stored cannot hold what they would cut off.
[[nodiscard]] Graph fold_clamps(Graph graph);

// Nodes that no output needs are removed; the graph's inputs stay.
[[nodiscard]] Graph remove_dead(Graph graph);

// Identity, Dropout and whatever copies its input (Reshape to the same shape, Transpose that keeps
// the order, Concat of one, Pad by nothing, ...) vanish, but for one that connects an input or a
// constant of the graph, or another of its outputs, to an output. The outputs keep their names.
[[nodiscard]] Graph remove_identities(Graph graph);

// MatMul of a matrix by a constant matrix becomes Gemm, so that the passes below and the
// convolution rows see one kind of dense layer.
[[nodiscard]] Graph use_gemm(Graph graph);

// x * (1 + erf(x / sqrt(2))) / 2, as files without the operator have it, becomes Gelu, which exists
// only inside a plan.
[[nodiscard]] Graph fuse_gelu(Graph graph);

// BatchNormalization goes into the weights and bias of the Conv, WinogradConv, ConvTranspose or
// Gemm in front of it; one that stands alone becomes a depthwise 1x1 Conv (Mul and Add where the
// value has no one or two spatial axes). Afterwards none with constant statistics survives.
[[nodiscard]] Graph fold_batchnorm(Graph graph);

// Mul, Div, Add and Sub by a constant per channel go into the layer in front, as above.
[[nodiscard]] Graph fold_scale(Graph graph);

// A single-consumer chain Conv (or WinogradConv) -> [Add residual] -> [activation], or Gemm ->
// [activation] where the Gemm is a dense layer, becomes the Conv or Gemm alone. The residual has
// the output's shape and becomes input 3 of the Conv (input 2, the bias, may be absent); the
// activation becomes the attributes `activation` (text: relu, clip, leaky_relu, hardswish,
// hardsigmoid, sigmoid), `activation_a` and `activation_b` (see compute/fused.h for their meaning).
// The Conv moves to where the Add stood, so the order stays topological. Such nodes exist only
// inside a plan.
[[nodiscard]] Graph fuse_ends(Graph graph);

// All of the above in the order that `plan` uses, with validate() after each in debug builds.
[[nodiscard]] Result<Graph> prepare(Graph graph);

}  // namespace dlis
