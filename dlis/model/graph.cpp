// Graph as a value: adding, who uses what, shapes and the sums that describe it.
#include "dlis/model/graph.h"

#include <fmt/format.h>

#include <limits>
#include <set>

#include "dlis/model/op.h"

namespace dlis {

ValueId Graph::add_value(Value added) {
  values.push_back(std::move(added));
  return ValueId(values.size()) - 1;
}

ValueId Graph::add_constant(std::string constant_name, Tensor tensor) {
  const DType type = tensor.type();
  const Shape shape = tensor.shape();
  return add_value({.name = std::move(constant_name),
                    .type = type,
                    .shape = shape,
                    .constant = std::move(tensor),
                    .quant = {}});
}

Uses::Uses(const Graph& graph)
    : producer(graph.values.size(), -1),
      consumers(graph.values.size()),
      is_output(graph.values.size(), false) {
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (ValueId id : graph.nodes[i].inputs)
      if (id != kNoValue) consumers[std::size_t(id)].push_back(int(i));
    for (ValueId id : graph.nodes[i].outputs)
      if (id != kNoValue) producer[std::size_t(id)] = int(i);
  }
  for (ValueId id : graph.outputs) is_output[std::size_t(id)] = true;
}

Tensor real_tensor(const Value& value) {
  if (!value.quant || !value.constant.has_value()) return value.constant;
  const Quant& quant = *value.quant;
  if (value.constant.is_hollow()) return value.constant.converted(DType::f32);
  Tensor out = value.constant.converted(DType::f32);
  std::int64_t inner = 1;
  for (int axis = out.shape().rank(); quant.axis >= 0 && --axis > quant.axis;)
    inner *= out.shape()[axis];
  std::size_t i = 0;
  for (float& x : out.edit<float>()) {
    const std::size_t at = quant.axis < 0 ? 0 : i / std::size_t(inner) % quant.scale.size();
    // In double, because a bias of 32 bits does not fit into f32.
    const double stored =
        quant.type == DType::i32 ? value.constant.as<std::int32_t>()[i] : double(x);
    x = float((stored - quant.zero_point[at]) * double(quant.scale[at]));
    ++i;
  }
  return out;
}

Status infer_shapes(Graph& graph) {
  for (Node& node : graph.nodes) DLIS_TRY(infer_node(graph, node));
  return {};
}

namespace {

Status check_canonical(const Graph& graph) {
  if (!graph.packed) return {};
  return fail("its weights are packed for the shapes that it has", graph.name,
              "take the ONNX file it came from");
}

}  // namespace

Result<Graph> with_input_shape(Graph graph, const std::string& input, const Shape& shape) {
  DLIS_TRY(check_canonical(graph));
  for (ValueId id : graph.inputs) {
    if (graph.value(id).name != input) continue;
    graph.value(id).shape = shape;
    DLIS_TRY(infer_shapes(graph));
    return graph;
  }
  return fail(fmt::format("there is no input '{}'", input), graph.name);
}

Result<Graph> with_batch(Graph graph, std::int64_t batch) {
  if (batch < 1) return fail(fmt::format("a batch of {} is below 1", batch));
  DLIS_TRY(check_canonical(graph));
  for (ValueId id : graph.inputs) {
    Value& value = graph.value(id);
    if (!value.shape || value.shape->rank() == 0)
      return fail(fmt::format("input '{}' has no batch axis", value.name));
    (*value.shape)[0] = batch;
  }
  DLIS_TRY(infer_shapes(graph));
  return graph;
}

std::int64_t parameters_of(const Graph& graph) {
  std::set<ValueId> weights;
  for (const Node& node : graph.nodes)
    for (std::size_t i = 0; i < node.inputs.size() && i < 32; ++i)
      if ((node.op->weights >> i & 1) && graph.is_constant(node.inputs[i]))
        weights.insert(node.inputs[i]);
  std::int64_t sum = 0;
  for (ValueId id : weights) sum += graph.value(id).constant.elements();
  return sum;
}

std::int64_t macs_of(const Graph& graph, const Node& node) {
  return node.op->macs ? node.op->macs(graph, node) : 0;
}

std::int64_t macs_of(const Graph& graph) {
  std::int64_t sum = 0;
  for (const Node& node : graph.nodes)
    if (__builtin_add_overflow(sum, macs_of(graph, node), &sum))
      return std::numeric_limits<std::int64_t>::max();
  return sum;
}

}  // namespace dlis
