// BatchNormalization disappears: y = g (x - m) / sqrt(v + e) + b is s x + t with s = g / sqrt(v +
// e) and t = b - s m.
#include <cmath>
#include <string_view>

#include "dlis/model/op.h"
#include "dlis/model/passes.h"
#include "dlis/model/passes/channel_affine.h"
#include "dlis/model/passes/rewrite.h"

namespace dlis {
namespace {

std::optional<AffineNode> map_of(const Graph& graph, const Node& node) {
  if (std::string_view(node.op->name) != "BatchNormalization") return std::nullopt;
  for (int i = 1; i < 5; ++i)
    if (!graph.is_constant(node.inputs[std::size_t(i)])) return std::nullopt;
  const auto input = [&](int i) { return doubles_of(graph.value(node.inputs[std::size_t(i)])); };
  const auto gamma = input(1), beta = input(2), mean = input(3), variance = input(4);
  const double epsilon = double(node.attributes.real("epsilon", 1e-5f));
  ChannelAffine map;
  for (std::size_t c = 0; c < gamma.size(); ++c) {
    map.scale.push_back(gamma[c] / std::sqrt(variance[c] + epsilon));
    map.shift.push_back(beta[c] - map.scale[c] * mean[c]);
  }
  return AffineNode{node.inputs[0], std::move(map)};
}

// A depthwise 1x1 Conv with one weight a channel.
Node depthwise(Graph& graph, const Node& norm, const ChannelAffine& map, int spatial) {
  const auto channels = std::int64_t(map.channels());
  Shape shape{channels, 1};
  for (int axis = 0; axis < spatial; ++axis) shape.push_back(1);
  const std::string name = graph.value(norm.inputs[1]).name;  // a copy: constants are added
  const ValueId w = graph.add_constant(name, f32_of(shape, map.scale));
  const ValueId b = graph.add_constant(name + "_bias", f32_of({channels}, map.shift));
  const Ints ones(std::size_t(spatial), 1), zeros(std::size_t(2 * spatial), 0);
  Node conv{find_operator("Conv"), norm.name, {}, {norm.inputs[0], w, b}, norm.outputs};
  conv.attributes.set("kernel_shape", ones);
  conv.attributes.set("strides", ones);
  conv.attributes.set("dilations", ones);
  conv.attributes.set("pads", zeros);
  conv.attributes.set("group", channels);
  return conv;
}

// Mul and Add by constants that broadcast over the axes behind the channels.
void multiply_add(Graph& graph, const Node& norm, const ChannelAffine& map, int rank,
                  std::vector<Node>& out) {
  Shape shape{std::int64_t(map.channels())};
  for (int axis = 2; axis < rank; ++axis) shape.push_back(1);
  const std::string name = graph.value(norm.inputs[1]).name;  // a copy: constants are added
  const ValueId s = graph.add_constant(name, f32_of(shape, map.scale));
  const ValueId t = graph.add_constant(name + "_shift", f32_of(shape, map.shift));
  Value product = graph.value(norm.outputs[0]);
  product.type = DType::f32;
  product.quant.reset();
  product.name += "_scaled";
  const ValueId middle = graph.add_value(std::move(product));
  out.push_back({find_operator("Mul"), norm.name, {}, {norm.inputs[0], s}, {middle}});
  out.push_back({find_operator("Add"), norm.name, {}, {middle, t}, norm.outputs});
}

}  // namespace

Graph fold_batchnorm(Graph graph) {
  graph = merge_affine(std::move(graph), map_of);
  std::vector<Node> nodes;
  for (Node& node : std::exchange(graph.nodes, {})) {
    const std::optional<AffineNode> alone = map_of(graph, node);
    const int rank = alone ? graph.value(node.inputs[0]).shape->rank() : 0;
    if (!alone)
      nodes.push_back(std::move(node));
    else if (rank == 3 || rank == 4)
      nodes.push_back(depthwise(graph, node, alone->map, rank - 2));
    else
      multiply_add(graph, node, alone->map, rank, nodes);
  }
  graph.nodes = std::move(nodes);
  return renumbered(std::move(graph));
}

}  // namespace dlis
