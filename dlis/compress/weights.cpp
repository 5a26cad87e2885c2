// Which weights a network has, for techniques that choose among all of them.
#include <algorithm>

#include "dlis/compress/technique.h"
#include "dlis/model/dense_layer.h"
#include "dlis/model/op.h"

namespace dlis {
namespace {

bool is_real(DType type) { return type == DType::f32 || type == DType::f16 || type == DType::bf16; }

bool is_weighted(const Node& node) {
  const std::string_view name = node.op->name;
  return is_convolution(node) || name == "Gemm" || name == "MatMul";
}

// Input 1, or for a MatMul whose constant stands first, input 0; -1: none.
int weight_input(const Graph& graph, const Node& node) {
  for (const int i : {1, 0}) {
    const auto at = std::size_t(i);
    if (i == 0 && is_convolution(node)) break;
    if (at >= node.inputs.size() || !graph.is_constant(node.inputs[at])) continue;
    const Tensor& tensor = graph.value(node.inputs[at]).constant;
    if (is_real(tensor.type()) && tensor.shape().rank() >= 2) return i;
  }
  return -1;
}

// Of a matrix, the second operand's columns are outputs, and so are the first one's rows.
void set_axes(const Node& node, int input, int rank, Weight& weight) {
  if (is_convolution(node)) return;
  const bool transposed = node.attributes.integer(input == 1 ? "transB" : "transA") != 0;
  const bool last = (input == 1) != transposed;
  weight.outputs = last ? rank - 1 : rank - 2;
  weight.inputs = last ? rank - 2 : rank - 1;
}

Weight weight_of(const Graph& graph, const Node& node, int input) {
  Weight weight{.value = node.inputs[std::size_t(input)], .layers = {layer_name(graph, node)}};
  const Shape& shape = graph.value(weight.value).constant.shape();
  const std::int64_t groups = is_convolution(node) ? node.attributes.integer("group", 1) : 1;
  weight.depthwise = groups > 1 && shape[1] == 1;
  if (!weight.depthwise) weight.groups = groups;
  weight.winograd = std::string_view(node.op->name) == "WinogradConv";
  set_axes(node, input, shape.rank(), weight);
  return weight;
}

}  // namespace

std::vector<Weight> weights_of(const Graph& graph) {
  std::vector<Weight> found;
  std::vector<bool> behind(graph.values.size());  // a weighted layer lies before this value
  for (const Node& node : graph.nodes) {
    const bool later = std::any_of(node.inputs.begin(), node.inputs.end(), [&](ValueId id) {
      return id != kNoValue && behind[std::size_t(id)];
    });
    const int input = is_weighted(node) ? weight_input(graph, node) : -1;
    for (const ValueId output : node.outputs)
      if (output != kNoValue) behind[std::size_t(output)] = later || input >= 0;
    if (input < 0) continue;
    Weight weight = weight_of(graph, node, input);
    weight.first = !later;
    const auto same = std::ranges::find(found, weight.value, &Weight::value);
    if (same == found.end()) {
      found.push_back(std::move(weight));
    } else {
      same->first |= weight.first;
      same->depthwise |= weight.depthwise;
      same->layers.push_back(weight.layers[0]);
    }
  }
  return found;
}

std::int64_t zeros_in(const Value& weights) {
  const Tensor tensor = real_tensor(weights).converted(DType::f32);
  return std::ranges::count(tensor.as<std::uint32_t>(), 0u);
}

double density_of(const Graph& graph) {
  std::int64_t all = 0, zeros = 0;
  for (const Weight& weight : weights_of(graph)) {
    if (graph.value(weight.value).constant.is_hollow()) continue;
    zeros += zeros_in(graph.value(weight.value));
    all += graph.value(weight.value).constant.elements();
  }
  return all == 0 ? 1 : double(all - zeros) / double(all);
}

}  // namespace dlis
