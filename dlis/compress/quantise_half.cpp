// Reals of 16 bits need no calibration: what convolutions and dense layers read is rounded.
#include <algorithm>
#include <cmath>
#include <string_view>

#include "dlis/compress/border.h"
#include "dlis/compress/quantise.h"
#include "dlis/format/half.h"
#include "dlis/model/op.h"

namespace dlis {
namespace {

// Whether all are finite in the type.
bool fits(const Tensor& weights, DType type) {
  return std::ranges::all_of(weights.as<float>(), [type](float w) {
    return std::isfinite(from_half(type, to_half(type, w)));
  });
}

bool multiplies(const Graph& graph, const Node& node) {
  const std::string_view op = node.op->name;
  return (op == "Conv" || op == "Gemm" || op == "MatMul") && graph.is_constant(node.inputs[1]);
}

bool takes(const Graph& graph, const Node& node, DType type) {
  if (!multiplies(graph, node)) return false;
  const Tensor& weights = graph.value(node.inputs[1]).constant;
  return weights.type() != DType::f32 || fits(weights, type);
}

}  // namespace

Graph to_halves(Graph graph, DType type) {
  std::map<ValueId, Quant> quants;
  for (const Node& node : graph.nodes) {
    const ValueId x = node.inputs.empty() ? kNoValue : node.inputs[0];
    if (x == kNoValue || !takes(graph, node, type) || graph.is_constant(x)) continue;
    if (graph.value(x).type == DType::f32) quants[x] = {type, {1.0f}, {0}, -1};
  }
  const Graph before = graph;
  return with_quants(std::move(graph), quants, "_" + std::string(name_of(type)),
                     [&](const Node& node) { return takes(before, node, type); });
}

}  // namespace dlis
