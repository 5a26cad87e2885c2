// Nodes that no output needs, found from the outputs backwards.
#include <algorithm>

#include "dlis/model/passes.h"
#include "dlis/model/passes/rewrite.h"

namespace dlis {

Graph remove_dead(Graph graph) {
  std::vector<bool> needed(graph.values.size());
  for (const ValueId id : graph.outputs) needed[std::size_t(id)] = true;
  const auto is_needed = [&](ValueId id) { return id != kNoValue && needed[std::size_t(id)]; };
  std::vector<bool> dead(graph.nodes.size());
  for (std::size_t i = graph.nodes.size(); i-- > 0;) {
    const Node& node = graph.nodes[i];
    dead[i] = std::none_of(node.outputs.begin(), node.outputs.end(), is_needed);
    if (dead[i]) continue;
    for (const ValueId id : node.inputs)
      if (id != kNoValue) needed[std::size_t(id)] = true;
  }
  erase_nodes(graph, dead);
  return renumbered(std::move(graph));
}

}  // namespace dlis
