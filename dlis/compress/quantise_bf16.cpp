// bf16 has the range of f32, so nothing is calibrated: what convolutions and dense layers read is
// rounded.
#include <string_view>

#include "dlis/compress/border.h"
#include "dlis/compress/quantise.h"
#include "dlis/model/op.h"

namespace dlis {
namespace {

bool multiplies(const Graph& graph, const Node& node) {
  const std::string_view op = node.op->name;
  return (op == "Conv" || op == "Gemm" || op == "MatMul") && graph.is_constant(node.inputs[1]);
}

}  // namespace

Graph to_bf16(Graph graph) {
  std::map<ValueId, Quant> quants;
  for (const Node& node : graph.nodes) {
    const ValueId x = node.inputs.empty() ? kNoValue : node.inputs[0];
    if (x == kNoValue || !multiplies(graph, node) || graph.is_constant(x)) continue;
    if (graph.value(x).type == DType::f32) quants[x] = {DType::bf16, {1.0f}, {0}, -1};
  }
  const Graph before = graph;
  return with_quants(std::move(graph), quants, "_bf16",
                     [&](const Node& node) { return multiplies(before, node); });
}

}  // namespace dlis
