// What the passes share for rewriting a graph.
#include "dlis/model/passes/rewrite.h"

#include <algorithm>

namespace dlis {
namespace {

struct Numbering {
  const Graph& graph;
  std::vector<ValueId> number;  // by old id; kNoValue: not mentioned so far
  std::vector<Value> values;

  void mention(ValueId id) {
    if (id == kNoValue || number[std::size_t(id)] != kNoValue) return;
    number[std::size_t(id)] = ValueId(values.size());
    values.push_back(graph.value(id));
  }
  void apply(std::vector<ValueId>& ids) const {
    for (ValueId& id : ids)
      if (id != kNoValue) id = number[std::size_t(id)];
  }
};

}  // namespace

Graph renumbered(Graph graph) {
  Numbering numbering{graph, std::vector<ValueId>(graph.values.size(), kNoValue), {}};
  for (const ValueId id : graph.inputs) numbering.mention(id);
  for (const Node& node : graph.nodes)
    for (const ValueId id : node.inputs)
      if (graph.is_constant(id)) numbering.mention(id);
  for (const Node& node : graph.nodes) {
    for (const ValueId id : node.inputs) numbering.mention(id);
    for (const ValueId id : node.outputs) numbering.mention(id);
  }
  for (const ValueId id : graph.outputs) numbering.mention(id);
  for (Node& node : graph.nodes) {
    numbering.apply(node.inputs);
    numbering.apply(node.outputs);
  }
  numbering.apply(graph.inputs);
  numbering.apply(graph.outputs);
  graph.values = std::move(numbering.values);
  return graph;
}

void erase_nodes(Graph& graph, const std::vector<bool>& dead) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (dead[i]) continue;
    if (kept != i) graph.nodes[kept] = std::move(graph.nodes[i]);
    ++kept;
  }
  graph.nodes.resize(kept);
}

void replace_uses(Graph& graph, ValueId from, ValueId to) {
  for (Node& node : graph.nodes) std::replace(node.inputs.begin(), node.inputs.end(), from, to);
  std::replace(graph.outputs.begin(), graph.outputs.end(), from, to);
}

std::vector<double> doubles_of(const Value& constant) {
  const Tensor real = real_tensor(constant);
  const Tensor f32 = real.type() == DType::f32 ? real : real.converted(DType::f32);
  const auto values = f32.as<float>();
  return {values.begin(), values.end()};
}

Tensor f32_of(const Shape& shape, const std::vector<double>& values) {
  Tensor out(DType::f32, shape);
  std::span<float> to = out.edit<float>();
  DLIS_ASSERT(to.size() == values.size());
  std::transform(values.begin(), values.end(), to.begin(), [](double x) { return float(x); });
  return out;
}

}  // namespace dlis
