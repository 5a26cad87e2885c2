// What follows from constants and shapes alone is computed once.
#include <algorithm>

#include "dlis/model/op.h"
#include "dlis/model/passes.h"
#include "dlis/model/passes/rewrite.h"

namespace dlis {

Result<Graph> fold_constants(Graph graph) {
  std::vector<bool> computed;
  for (Node& node : graph.nodes) {
    DLIS_TRY(infer_node(graph, node));
    DLIS_TRY(fold_node(graph, node));
    computed.push_back(std::all_of(node.outputs.begin(), node.outputs.end(), [&](ValueId id) {
      return id == kNoValue || graph.is_constant(id);
    }));
  }
  erase_nodes(graph, computed);
  return renumbered(std::move(graph));
}

}  // namespace dlis
