// MatMul of a matrix by a constant matrix becomes Gemm.
#include <string_view>

#include "dlis/model/op.h"
#include "dlis/model/passes.h"
#include "dlis/model/passes/rewrite.h"

namespace dlis {
namespace {

bool is_dense(const Graph& graph, const Node& node) {
  if (std::string_view(node.op->name) != "MatMul" || !graph.is_constant(node.inputs[1]))
    return false;
  const Value &x = graph.value(node.inputs[0]), &w = graph.value(node.inputs[1]);
  return real_type(x) == DType::f32 && x.shape->rank() == 2 && w.shape->rank() == 2;
}

}  // namespace

Graph use_gemm(Graph graph) {
  const Operator* gemm = find_operator("Gemm");
  for (Node& node : graph.nodes) {
    if (!is_dense(graph, node)) continue;
    node.op = gemm;
    node.attributes.set("alpha", 1.0f);
    node.attributes.set("beta", 1.0f);
    node.attributes.set("transA", std::int64_t(0));
    node.attributes.set("transB", std::int64_t(0));
  }
  return renumbered(std::move(graph));
}

}  // namespace dlis
