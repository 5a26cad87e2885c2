// A grid of widths for each layer: single-node networks that the run time measures.
#include "dlis/compress/channel_latency.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "dlis/base/rng.h"
#include "dlis/model/dense_layer.h"
#include "dlis/model/op.h"

namespace dlis {
namespace {

// The axes of a layer's weights that lose channels; -1: none does.
struct Layer {
  int node = 0, output_axis = -1, input_axis = -1;
  bool depthwise = false;
};

std::vector<Layer> layers_of(const Graph& graph, const Channels& channels) {
  std::map<int, Layer> layers;
  for (const ChannelAxis& axis : channels.axes) {
    if (axis.input != 1 || macs_of(graph, graph.nodes[std::size_t(axis.node)]) == 0) continue;
    Layer& layer = layers.emplace(axis.node, Layer{axis.node}).first->second;
    (axis.role == ChannelRole::reads ? layer.input_axis : layer.output_axis) = axis.axis;
    layer.depthwise = layer.depthwise || axis.role == ChannelRole::follows;
  }
  std::vector<Layer> all;
  for (const auto& [node, layer] : layers) all.push_back(layer);
  return all;
}

std::vector<std::int64_t> widths(const Shape& weights, int axis,
                                 std::initializer_list<int> eighths) {
  if (axis < 0) return {1};
  std::set<std::int64_t> all;
  for (const int part : eighths) {
    const std::int64_t width = std::max<std::int64_t>(1, weights[axis] * part / 8);
    all.insert(width >= 16 ? width / 8 * 8 : width);
  }
  all.insert(weights[axis]);
  return {all.begin(), all.end()};
}

Tensor random_tensor(const Shape& shape) {
  Tensor tensor(DType::f32, shape);
  Rng rng{1};
  for (float& value : tensor.edit<float>()) value = float(rng.normal() * 0.1);
  return tensor;
}

// The layer by itself, with so many outputs and inputs.
Result<Graph> alone(const Graph& graph, const Layer& layer, std::int64_t output,
                    std::int64_t input) {
  const Node& node = graph.nodes[std::size_t(layer.node)];
  const bool conv = is_convolution(node);
  Shape shape = *graph.value(node.inputs[0]).shape;
  const Shape& whole = graph.value(node.inputs[1]).constant.shape();
  Shape weights = whole;
  if (layer.output_axis >= 0) weights[layer.output_axis] = output;
  if (layer.input_axis >= 0) weights[layer.input_axis] = input;
  std::int64_t& read = shape[conv ? 1 : shape.rank() - 1];
  if (layer.depthwise) read = output;
  if (layer.input_axis >= 0) read = read / whole[layer.input_axis] * input;

  Graph one;
  one.name = "layer";
  Node copy = node;
  if (layer.depthwise && conv) copy.attributes.set("group", output);
  copy.inputs = {one.add_value({.name = "x", .shape = shape}),
                 one.add_constant("w", random_tensor(weights))};
  one.inputs = {copy.inputs[0]};
  const bool biased = node.inputs.size() > 2 && node.inputs[2] != kNoValue;
  if (biased && layer.output_axis >= 0)
    copy.inputs.push_back(one.add_constant("b", random_tensor({output})));
  copy.outputs = {one.add_value({.name = "y"})};
  one.outputs = copy.outputs;
  one.nodes.push_back(std::move(copy));
  DLIS_TRY(infer_shapes(one));
  return one;
}

bool is_same(const Graph& graph, const Layer& a, const Layer& b) {
  const Node &x = graph.nodes[std::size_t(a.node)], &y = graph.nodes[std::size_t(b.node)];
  return x.op == y.op && x.attributes == y.attributes &&
         graph.value(x.inputs[0]).shape == graph.value(y.inputs[0]).shape &&
         graph.value(x.inputs[1]).constant.shape() == graph.value(y.inputs[1]).constant.shape() &&
         a.output_axis == b.output_axis && a.input_axis == b.input_axis;
}

Result<LayerTimes> measure_layer(const Graph& graph, const Layer& layer,
                                 const CompressOptions& options) {
  const Shape& weights =
      graph.value(graph.nodes[std::size_t(layer.node)].inputs[1]).constant.shape();
  LayerTimes times{widths(weights, layer.output_axis, {1, 2, 3, 4, 6}),
                   widths(weights, layer.input_axis, {1, 2, 4}),
                   {}};
  const std::size_t columns = times.inputs.size();
  for (const std::int64_t output : times.outputs)
    for (const std::int64_t input : times.inputs) {
      const Graph one = DLIS_TRY(alone(graph, layer, output, input));
      double ns = 1e6 * DLIS_TRY(options.layer_ms(one));
      const std::size_t at = times.ns.size();
      if (at >= columns) ns = std::max(ns, times.ns[at - columns]);
      if (at % columns) ns = std::max(ns, times.ns[at - 1]);
      times.ns.push_back(ns);
    }
  return times;
}

// Where a width lies: between grid[index] and the next, `share` of the way.
std::pair<std::size_t, double> place(const std::vector<std::int64_t>& grid, std::int64_t width) {
  if (grid.size() == 1) return {0, 0};
  std::size_t index = 0;
  while (index + 2 < grid.size() && grid[index + 1] <= width) ++index;
  const double share = double(width - grid[index]) / double(grid[index + 1] - grid[index]);
  return {index, std::clamp(share, 0.0, 1.0)};
}

}  // namespace

double LayerTimes::at(std::int64_t output, std::int64_t input) const {
  const auto [row, down] = place(outputs, output);
  const auto [column, right] = place(inputs, input);
  const auto value = [&](std::size_t r, std::size_t c) {
    return ns[std::min(r, outputs.size() - 1) * inputs.size() + std::min(c, inputs.size() - 1)];
  };
  const double above = value(row, column) * (1 - right) + value(row, column + 1) * right;
  const double below = value(row + 1, column) * (1 - right) + value(row + 1, column + 1) * right;
  return above * (1 - down) + below * down;
}

const LayerTimes* times_of(const ChannelLatency* latency, const Graph& graph, const Node& node) {
  if (!latency) return nullptr;
  const auto found = latency->find(graph.value(node.outputs[0]).name);
  return found == latency->end() ? nullptr : &found->second;
}

Result<ChannelLatency> measure_layers(const Graph& graph, const Channels& channels,
                                      const CompressOptions& options) {
  if (!options.layer_ms)
    return refusal("nothing here can time layers; give macs instead of latency");
  const std::vector<Layer> layers = layers_of(graph, channels);
  ChannelLatency latency;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (options.progress && !options.progress("timing layers", double(i) / double(layers.size())))
      return fail("stopped", graph.name);
    const auto name = [&](std::size_t l) {
      return graph.value(graph.nodes[std::size_t(layers[l].node)].outputs[0]).name;
    };
    std::size_t same = 0;
    while (!is_same(graph, layers[same], layers[i])) ++same;
    latency[name(i)] =
        same < i ? latency.at(name(same)) : DLIS_TRY(measure_layer(graph, layers[i], options));
  }
  return latency;
}

}  // namespace dlis
