// Rewrites convolutions.
#include "dlis/compress/winograd_layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dlis/base/winograd.h"
#include "dlis/compress/layer_names.h"
#include "dlis/model/op.h"
#include "dlis/model/passes/rewrite.h"

namespace dlis {
namespace {

bool is(const Node& node, std::string_view name) { return node.op->name == name; }

bool can_move(const Graph& graph, const Node& node) {
  if (!is(node, "Conv") || node.inputs.size() > 3 || !graph.is_constant(node.inputs[1]))
    return false;
  const Value& weights = graph.value(node.inputs[1]);
  const Shape& shape = *weights.shape;
  const Ints ones(2, 1);
  const Attributes& a = node.attributes;
  return shape.rank() == 4 && shape[2] == 3 && shape[3] == 3 && !weights.quant &&
         !graph.value(node.inputs[0]).quant && a.ints("strides", ones) == ones &&
         a.ints("dilations", ones) == ones && a.integer("group", 1) == 1;
}

Tensor winograd_tensor(const Tensor& filters, const WinogradMatrices& matrices) {
  const Tensor real = filters.converted(DType::f32);
  const std::int64_t k = real.shape()[0], c = real.shape()[1], a = matrices.a;
  Tensor made(DType::f32, {k, c, a, a});
  winograd_weights(matrices, real.as<float>(), made.edit<float>());
  return made.converted(filters.type());
}

bool is_finite(const Tensor& tensor) {
  const Tensor real = tensor.converted(DType::f32);
  return std::ranges::all_of(real.as<float>(), [](float value) { return std::isfinite(value); });
}

struct Rewrite {
  Graph graph;
  const Uses uses;
  const WinogradMove& how;

  Rewrite(const Graph& from, const WinogradMove& move) : graph(from), uses(from), how(move) {}

  Node* maker(ValueId id, const char* name) {
    const int at = uses.producer[std::size_t(id)];
    return at >= 0 && is(graph.nodes[std::size_t(at)], name) ? &graph.nodes[std::size_t(at)]
                                                             : nullptr;
  }
  bool has_one_reader(ValueId id) const {
    return uses.consumers[std::size_t(id)].size() == 1 && !uses.is_output[std::size_t(id)];
  }
  // The input whose Relu moves into `conv`: its own, or that of the MaxPool in front; null: none.
  ValueId* rectified(Node& conv) {
    if (!how.relu) return nullptr;
    if (maker(conv.inputs[0], "Relu")) return &conv.inputs[0];
    Node* pool = maker(conv.inputs[0], "MaxPool");
    const bool own = pool && pool->outputs.size() == 1 && has_one_reader(pool->outputs[0]);
    return own && maker(pool->inputs[0], "Relu") ? &pool->inputs[0] : nullptr;
  }
  // True: with the Relu in front.
  bool move(Node& conv) {
    ValueId* const relu = rectified(conv);
    if (relu) *relu = maker(*relu, "Relu")->inputs[0];
    const Value& filters = graph.value(conv.inputs[1]);
    const Tensor weights = winograd_tensor(filters.constant, *winograd_matrices(how.m));
    conv.inputs[1] = graph.add_constant(filters.name + ".winograd", weights);
    conv.op = find_operator("WinogradConv");
    const Ints pads = conv.attributes.ints("pads", Ints(4));
    conv.attributes = {};
    conv.attributes.set("m", std::int64_t(how.m));
    conv.attributes.set("relu", std::int64_t(relu != nullptr));
    conv.attributes.set("pads", pads);
    return relu != nullptr;
  }
  void drop_unread_relus() {
    const Uses now(graph);
    std::vector<bool> dead(graph.nodes.size());
    for (std::size_t i = 0; i < dead.size(); ++i) {
      const auto out = std::size_t(graph.nodes[i].outputs[0]);
      dead[i] = is(graph.nodes[i], "Relu") && now.consumers[out].empty() && !now.is_output[out] &&
                !uses.consumers[out].empty();
    }
    erase_nodes(graph, dead);
  }
};

// Layers by the weights that they read: whether they stay where they are.
Result<std::vector<bool>> staying(const Graph& graph, const std::vector<Weight>& weights,
                                  const std::string& keep) {
  std::vector<LayerNames> names;
  for (const Weight& weight : weights) names.push_back(weight.layers);
  const std::vector<bool> kept = DLIS_TRY(kept_of(names, keep));
  std::vector<bool> stays(graph.values.size(), true);
  for (std::size_t i = 0; i < weights.size(); ++i)
    stays[std::size_t(weights[i].value)] = kept[i] || weights[i].first;
  return stays;
}

}  // namespace

Result<MovedGraph> to_winograd(const Graph& graph, const WinogradMove& move) {
  const std::vector<bool> stays = DLIS_TRY(staying(graph, weights_of(graph), move.keep));
  Rewrite rewrite(graph, move);
  MovedGraph result;
  for (Node& node : rewrite.graph.nodes) {
    if (!can_move(graph, node) || stays[std::size_t(node.inputs[1])]) continue;
    ++result.moved;
    result.with_relu += rewrite.move(node);
  }
  rewrite.drop_unread_relus();
  result.graph = renumbered(std::move(rewrite.graph));
  DLIS_TRY(infer_shapes(result.graph));
  std::vector<bool> in_domain(result.graph.values.size());
  for (const Node& node : result.graph.nodes) {
    if (!is(node, "WinogradConv")) continue;
    in_domain[std::size_t(node.inputs[1])] = true;
    result.other_m += node.attributes.integer("m") != move.m;
    if (!is_finite(result.graph.value(node.inputs[1]).constant))
      return fail(fmt::format("its weights are too large for the Winograd domain of m={}", move.m),
                  place_of(result.graph, node), "leave it as it is: keep=NAME");
  }
  for (Weight& weight : weights_of(result.graph))
    if (in_domain[std::size_t(weight.value)]) result.weights.push_back(std::move(weight));
  if (!result.weights.empty()) return result;
  return refusal(
      "no layer can move into the Winograd domain: none beyond the first is a Conv with 3x3 "
      "filters that are not quantised, stride and dilation 1 and one group, or all are kept");
}

Tensor importance_of(const Tensor& weights) {
  Tensor scaled = weights.converted(DType::f32);
  const std::vector<double> energy =
      winograd_energy(*winograd_matrices(int(weights.shape()[2]) - 2));
  const auto values = scaled.edit<float>();
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] *= float(std::sqrt(energy[i % energy.size()]));
  return scaled;
}

}  // namespace dlis
