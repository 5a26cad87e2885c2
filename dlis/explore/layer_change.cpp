// Sizes of layers, and which is which.
#include "dlis/explore/layer_change.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "dlis/compress/technique.h"
#include "dlis/model/dense_layer.h"
#include "dlis/model/op.h"

namespace dlis {
namespace {

// A layer's filters or matrix; none: it is no layer of this kind.
ValueId weights_in(const Graph& graph, const Node& node) {
  if (macs_of(graph, node) == 0) return kNoValue;
  const auto found = std::ranges::find_if(node.inputs, [&](ValueId id) {
    return graph.is_constant(id) && graph.value(id).constant.shape().rank() >= 2;
  });
  return found == node.inputs.end() ? kNoValue : *found;
}

// The channels of its values are on axis 1.
bool has_channels(const Node& node) {
  return is_convolution(node) || std::string_view(node.op->name).starts_with("Conv");
}

std::int64_t channels_in(const Graph& graph, const Node& node, ValueId id) {
  const Shape& shape = *graph.value(id).shape;
  return has_channels(node) ? shape[1] : shape.back();
}

// "Conv 3x3 depthwise", "WinogradConv F4 relu", "Gemm".
std::string kind_of(const Graph& graph, const Node& node) {
  std::string kind = node.op->name;
  if (!has_channels(node)) return kind;
  if (kind == "WinogradConv")
    return fmt::format("{} F{}{}", kind, node.attributes.integer("m"),
                       node.attributes.integer("relu") ? " relu" : "");
  const Shape& weights = graph.value(node.inputs[1]).constant.shape();
  for (int axis = 2; axis < weights.rank(); ++axis)
    kind += fmt::format("{}{}", axis == 2 ? " " : "x", weights[axis]);
  const std::int64_t groups = node.attributes.integer("group", 1);
  if (groups == 1) return kind;
  return kind + (weights[1] == 1 ? " depthwise" : fmt::format(" in {} groups", groups));
}

// Parameters that several layers share are those of the first.
LayerSize size_of(const Graph& graph, const Node& node, ValueId weights, std::set<ValueId>& seen) {
  LayerSize size;
  const bool first = weights == node.inputs[0];  // the constant of a MatMul
  size.in = channels_in(graph, node, node.inputs[first ? 1 : 0]);
  size.out = channels_in(graph, node, node.outputs[0]);
  size.macs = macs_of(graph, node);
  for (const ValueId id : node.inputs)
    if (graph.is_constant(id) && seen.insert(id).second)
      size.parameters += graph.value(id).constant.elements();
  size.weights = graph.value(weights).constant.elements();
  size.zeros = zeros_in(graph.value(weights));
  return size;
}

struct Layer {
  std::string name, kind;
  LayerSize size;
};

std::vector<Layer> layers_of(const Graph& graph) {
  std::vector<Layer> layers;
  std::set<ValueId> seen;
  for (const Node& node : graph.nodes)
    if (const ValueId weights = weights_in(graph, node); weights != kNoValue)
      layers.push_back(
          {layer_name(graph, node), kind_of(graph, node), size_of(graph, node, weights, seen)});
  return layers;
}

}  // namespace

std::vector<LayerChange> layer_changes(const Graph& before, const Graph& now) {
  std::vector<Layer> after = layers_of(now);
  std::vector<LayerChange> all;
  for (const Layer& layer : layers_of(before)) {
    all.push_back({layer.name, layer.kind, layer.size, {}});
    const auto same = std::ranges::find(after, layer.name, &Layer::name);
    if (same == after.end()) continue;
    all.back().after = same->size;
    after.erase(same);
  }
  const auto alone = std::ranges::count_if(all, [](const LayerChange& l) { return !l.after; });
  if (std::size_t(alone) == after.size()) {
    auto next = after.begin();
    for (LayerChange& layer : all)
      if (!layer.after) layer.after = (next++)->size;
    return all;
  }
  for (const Layer& layer : after) all.push_back({layer.name, layer.kind, {}, layer.size});
  return all;
}

std::int64_t width_of(const Graph& graph, const std::string& layer) {
  for (const Node& node : graph.nodes)
    if (layer_name(graph, node) == layer) return channels_in(graph, node, node.outputs[0]);
  return 0;
}

}  // namespace dlis
