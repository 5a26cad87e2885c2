// Rounds inputs to the scale of the output.
#include "dlis/runtime/equal_scales.h"

#include <algorithm>
#include <map>

#include "dlis/model/quantised.h"
#include "dlis/runtime/quantised.h"

namespace dlis {
namespace {

bool is_bytes(const Value& value) {
  return value.quant && value.quant->scale.size() == 1 && is_byte(value.type);
}
bool is_real(const Value& value) { return !value.quant && value.type == DType::f32; }

// Constants go another way: they are made real while planning.
bool may_round(const Graph& graph, const Node& node) {
  if (!moves_elements(node) || node.outputs.size() != 1 || !is_bytes(graph.value(node.outputs[0])))
    return false;
  const auto fits = [&](ValueId id) {
    return id != kNoValue && !graph.is_constant(id) &&
           (is_bytes(graph.value(id)) || is_real(graph.value(id)));
  };
  const auto bytes = [&](ValueId id) { return is_bytes(graph.value(id)); };
  return std::ranges::all_of(node.inputs, fits) && std::ranges::any_of(node.inputs, bytes);
}

ValueId rounded(Graph& graph, ValueId id, const Value& like) {
  const Value from = graph.value(id);
  const std::string name = from.name + "_in_" + like.name;
  const ValueId to = graph.add_value({name, like.type, from.shape, {}, like.quant});
  graph.nodes.push_back(rounding_node(*like.quant, name, id, to));
  return to;
}

}  // namespace

Graph with_equal_scales(Graph graph) {
  std::vector<Node> nodes = std::exchange(graph.nodes, {});
  for (Node& node : nodes) {
    if (may_round(graph, node)) {
      const Value out = graph.value(node.outputs[0]);
      std::map<ValueId, ValueId> made;
      for (ValueId& id : node.inputs) {
        if (graph.value(id).quant == out.quant) continue;
        auto [at, added] = made.try_emplace(id, kNoValue);
        if (added) at->second = rounded(graph, id, out);
        id = at->second;
      }
    }
    graph.nodes.push_back(std::move(node));
  }
  return graph;
}

}  // namespace dlis
