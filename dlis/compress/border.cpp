// Inputs and outputs stay f32: a value of its own behind, or in front of, each.
#include "dlis/compress/border.h"

#include <algorithm>

#include "dlis/model/quantised.h"

namespace dlis {
namespace {

// Each border right behind what it reads: in front of all nodes, or behind the maker.
void insert_borders(Graph& graph, const std::vector<Node>& borders, const Uses& uses) {
  std::vector<Node> nodes;
  const auto add_borders = [&](int maker) {
    for (const Node& border : borders)
      if (uses.producer[std::size_t(border.inputs[0])] == maker) nodes.push_back(border);
  };
  add_borders(-1);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    nodes.push_back(graph.nodes[i]);
    add_borders(int(i));
  }
  graph.nodes = std::move(nodes);
}

}  // namespace

Graph with_quants(Graph graph, const std::map<ValueId, Quant>& quants, const std::string& suffix,
                  const std::function<bool(const Node& node)>& reads) {
  const Uses uses(graph);
  std::vector<Node> borders;
  for (const auto& [id, quant] : quants) {
    const bool outside = uses.producer[std::size_t(id)] < 0 || uses.is_output[std::size_t(id)];
    if (!outside) {
      graph.value(id).quant = quant;
      graph.value(id).type = quant.type;
      continue;
    }
    const std::string name = graph.value(id).name + suffix;
    const ValueId rounded = graph.add_value({name, quant.type, graph.value(id).shape, {}, quant});
    for (Node& node : graph.nodes)
      if (reads(node)) std::replace(node.inputs.begin(), node.inputs.end(), id, rounded);
    borders.push_back(rounding_node(quant, name, id, rounded));
  }
  insert_borders(graph, borders, uses);
  return graph;
}

}  // namespace dlis
