// Judges nodes by their operator, constants and attributes.
#include "dlis/model/dense_layer.h"

#include <string_view>

#include "dlis/model/op.h"

namespace dlis {
namespace {

bool broadcasts_over_rows(const Shape& shape, std::int64_t columns) {
  const bool fits = shape.elements() == columns || shape.elements() == 1;
  return fits && (shape.rank() == 0 || shape.back() == shape.elements());
}

}  // namespace

bool is_convolution(const Node& node) {
  const std::string_view op = node.op->name;
  return op == "Conv" || op == "WinogradConv";
}

bool is_dense_layer(const Graph& graph, const Node& node) {
  const std::string_view op = node.op->name;
  if (op != "Gemm" && op != "MatMul") return false;
  if (graph.is_constant(node.inputs[0]) || !graph.is_constant(node.inputs[1])) return false;
  const Tensor& weights = graph.value(node.inputs[1]).constant;
  if (weights.shape().rank() != 2 || real_type(graph.value(node.inputs[1])) != DType::f32)
    return false;
  if (graph.value(node.inputs[0]).shape->rank() < 2) return false;
  if (op == "MatMul") return true;
  if (node.attributes.integer("transA") != 0) return false;
  if (node.inputs.size() < 3 || node.inputs[2] == kNoValue) return true;
  const std::int64_t columns = weights.shape()[node.attributes.integer("transB") ? 0 : 1];
  return graph.is_constant(node.inputs[2]) &&
         broadcasts_over_rows(graph.value(node.inputs[2]).constant.shape(), columns);
}

}  // namespace dlis
