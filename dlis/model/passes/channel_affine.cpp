// Folding a map per channel into the layer in front: with y = W x + b the layer becomes
// (s W) x + (s b + t), each output channel with its own s and t. Weights in the Winograd domain
// scale alike, since the output transform is linear.
#include "dlis/model/passes/channel_affine.h"

#include <algorithm>
#include <string_view>

#include "dlis/model/dense_layer.h"
#include "dlis/model/op.h"
#include "dlis/model/passes/rewrite.h"

namespace dlis {
namespace {

bool is(const Node& node, std::string_view op) { return node.op->name == op; }

const Value* bias_of(const Graph& graph, const Node& layer) {
  return layer.inputs.size() > 2 && layer.inputs[2] != kNoValue ? &graph.value(layer.inputs[2])
                                                                : nullptr;
}

std::int64_t channels_of(const Graph& graph, const Node& layer) {
  return (*graph.value(layer.outputs[0]).shape)[1];
}

// Gemm's C may be anything that broadcasts; here it has to be one number, or one a column.
bool is_per_channel(const Value& bias, std::int64_t channels) {
  const Shape& shape = bias.constant.shape();
  return shape.elements() == 1 || (shape.elements() == channels && shape.back() == channels);
}

// Weights lie as [outer][channels][inner]; where there are groups, each covers outer / groups of
// the first axis and has `channels` output channels of its own.
struct Layout {
  std::int64_t outer, channels, inner, groups;
};

Layout layout_of(const Node& layer, const Shape& w) {
  if (is(layer, "Gemm")) {
    return layer.attributes.integer("transB") ? Layout{1, w[0], w[1], 1} : Layout{w[0], w[1], 1, 1};
  }
  std::int64_t window = 1;
  for (int axis = 2; axis < w.rank(); ++axis) window *= w[axis];
  if (is_convolution(layer)) return {1, w[0], w[1] * window, 1};
  return {w[0], w[1], window, layer.attributes.integer("group", 1)};  // C x K/group x ...
}

Tensor scaled(const Tensor& weights, const Layout& layout, const std::vector<double>& scale) {
  Tensor out = weights;
  float* value = out.edit<float>().data();
  for (std::int64_t o = 0; o < layout.outer; ++o) {
    const std::int64_t group = o * layout.groups / layout.outer;
    for (std::int64_t c = 0; c < layout.channels; ++c) {
      const double s = scale[std::size_t(group * layout.channels + c)];
      for (std::int64_t i = 0; i < layout.inner; ++i, ++value) *value = float(*value * s);
    }
  }
  return out;
}

Tensor new_bias(const Graph& graph, const Node& layer, const ChannelAffine& map) {
  std::vector<double> values = map.shift;
  if (const Value* bias = bias_of(graph, layer)) {
    const std::vector<double> old = doubles_of(*bias);
    const double beta = is(layer, "Gemm") ? double(layer.attributes.real("beta", 1)) : 1.0;
    for (std::size_t c = 0; c < values.size(); ++c)
      values[c] += map.scale[c] * beta * old[old.size() == 1 ? 0 : c];
  }
  return f32_of({std::int64_t(values.size())}, values);
}

}  // namespace

bool can_take(const Graph& graph, const Node& layer) {
  if (!is_convolution(layer) && !is(layer, "ConvTranspose") && !is(layer, "Gemm")) return false;
  if (layer.attributes.has("activation") || layer.inputs.size() > 3) return false;
  if (!graph.is_constant(layer.inputs[1])) return false;
  if (real_type(graph.value(layer.inputs[1])) != DType::f32) return false;
  if (graph.value(layer.inputs[1]).quant && graph.value(layer.inputs[0]).quant) return false;
  const Value* bias = bias_of(graph, layer);
  return !bias || (bias->constant.has_value() && is_per_channel(*bias, channels_of(graph, layer)));
}

void take(Graph& graph, Node& layer, const ChannelAffine& map) {
  DLIS_ASSERT(can_take(graph, layer));
  const Value& weights = graph.value(layer.inputs[1]);
  const std::string name = weights.name, bias_name = name + "_bias";
  Tensor w = scaled(real_tensor(weights), layout_of(layer, weights.constant.shape()), map.scale);
  Tensor b = new_bias(graph, layer, map);
  layer.inputs[1] = graph.add_constant(name, std::move(w));
  const Value* old = bias_of(graph, layer);
  const ValueId bias = graph.add_constant(old ? old->name : bias_name, std::move(b));
  layer.inputs.resize(3);
  layer.inputs[2] = bias;
  if (is(layer, "Gemm")) layer.attributes.set("beta", 1.0f);
}

Graph merge_affine(Graph graph,
                   std::optional<AffineNode> (*map_of)(const Graph& graph, const Node& node)) {
  Uses uses(graph);
  std::vector<bool> dead(graph.nodes.size());
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const std::optional<AffineNode> affine = map_of(graph, graph.nodes[i]);
    if (!affine) continue;
    const auto in = std::size_t(affine->input);
    const int front = uses.producer[in];
    if (front < 0 || graph.value(affine->input).quant || uses.is_output[in] ||
        uses.consumers[in].size() != 1)
      continue;
    Node& layer = graph.nodes[std::size_t(front)];
    if (layer.outputs[0] != affine->input || !can_take(graph, layer)) continue;
    take(graph, layer, affine->map);
    const ValueId out = graph.nodes[i].outputs[0];
    layer.outputs[0] = out;
    uses.producer[std::size_t(out)] = front;
    dead[i] = true;
  }
  erase_nodes(graph, dead);
  return renumbered(std::move(graph));
}

}  // namespace dlis
