// Which weights a network has, for techniques that choose among all of them.
#include <algorithm>

#include "dlis/compress/technique.h"
#include "dlis/model/op.h"

namespace dlis {
namespace {

bool is_real(DType type) { return type == DType::f32 || type == DType::f16 || type == DType::bf16; }

bool is_weighted(const Node& node) {
  const std::string_view name = node.op->name;
  return name == "Conv" || name == "Gemm" || name == "MatMul";
}

// Input 1, or for a MatMul whose constant stands first, input 0.
ValueId weight_input(const Graph& graph, const Node& node) {
  const bool only_conv = std::string_view(node.op->name) == "Conv";
  for (const std::size_t i : {std::size_t(1), std::size_t(0)}) {
    if (i == 0 && only_conv) break;
    if (i >= node.inputs.size() || !graph.is_constant(node.inputs[i])) continue;
    const Tensor& tensor = graph.value(node.inputs[i]).constant;
    if (is_real(tensor.type()) && tensor.shape().rank() >= 2) return node.inputs[i];
  }
  return kNoValue;
}

bool is_depthwise(const Node& node, const Shape& weights) {
  return std::string_view(node.op->name) == "Conv" && node.attributes.integer("group", 1) > 1 &&
         weights[1] == 1;
}

}  // namespace

std::vector<Weight> weights_of(const Graph& graph) {
  std::vector<Weight> found;
  std::vector<bool> behind(graph.values.size());  // a weighted layer lies before this value
  for (const Node& node : graph.nodes) {
    const bool later = std::any_of(node.inputs.begin(), node.inputs.end(), [&](ValueId id) {
      return id != kNoValue && behind[std::size_t(id)];
    });
    const ValueId id = is_weighted(node) ? weight_input(graph, node) : kNoValue;
    for (const ValueId output : node.outputs)
      if (output != kNoValue) behind[std::size_t(output)] = later || id != kNoValue;
    if (id == kNoValue) continue;
    const Weight weight{id, !later, is_depthwise(node, graph.value(id).constant.shape())};
    const auto same = std::find_if(found.begin(), found.end(),
                                   [&](const Weight& known) { return known.value == id; });
    if (same == found.end()) {
      found.push_back(weight);
    } else {
      same->first |= weight.first;
      same->depthwise |= weight.depthwise;
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
    zeros += zeros_in(graph.value(weight.value));
    all += graph.value(weight.value).constant.elements();
  }
  return all == 0 ? 1 : double(all - zeros) / double(all);
}

}  // namespace dlis
