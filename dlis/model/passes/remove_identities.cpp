// Nodes that only hand on their first input.
#include <algorithm>
#include <array>
#include <string_view>

#include "dlis/model/op.h"
#include "dlis/model/passes.h"
#include "dlis/model/passes/rewrite.h"

namespace dlis {
namespace {

template <std::size_t N>
bool one_of(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool keeps_order(const Ints& perm) {
  for (std::size_t i = 0; i < perm.size(); ++i)
    if (perm[i] != std::int64_t(i)) return false;
  return !perm.empty();
}

bool all_are(const Ints& values, std::int64_t number) {
  return std::all_of(values.begin(), values.end(), [&](auto x) { return x == number; });
}

// Reshape and its kin copy when the shape stays; Slice and Pad could still turn or shift the
// values.
bool copies(const Node& node) {
  static constexpr std::array<std::string_view, 2> kAlways{"Identity", "Dropout"};
  static constexpr std::array<std::string_view, 6> kSameShape{"Cast",   "Reshape", "Flatten",
                                                              "Expand", "Squeeze", "Unsqueeze"};
  static constexpr std::array<std::string_view, 4> kOneInput{"Concat", "Sum", "Max", "Min"};
  const std::string_view name = node.op->name;
  if (one_of(name, kAlways) || one_of(name, kSameShape)) return true;
  if (one_of(name, kOneInput)) return node.inputs.size() == 1;
  if (name == "Transpose") return keeps_order(node.attributes.ints("perm"));
  if (name == "Slice") return all_are(node.attributes.ints("steps"), 1);
  return name == "Pad" && all_are(node.attributes.ints("pads"), 0);
}

bool is_identity(const Graph& graph, const Node& node, const Uses& uses) {
  if (node.inputs.empty() || node.inputs[0] == kNoValue || node.outputs[0] == kNoValue)
    return false;
  const Value &in = graph.value(node.inputs[0]), &out = graph.value(node.outputs[0]);
  if (in.type != out.type || in.quant != out.quant || !in.shape || in.shape != out.shape)
    return false;
  for (std::size_t i = 1; i < node.outputs.size(); ++i) {
    const ValueId id = node.outputs[i];
    if (id == kNoValue) continue;
    if (uses.is_output[std::size_t(id)] || !uses.consumers[std::size_t(id)].empty()) return false;
  }
  return copies(node);
}

}  // namespace

Graph remove_identities(Graph graph) {
  const Uses uses(graph);
  std::vector<bool> dead(graph.nodes.size());
  const auto is_output = [&](ValueId id) {
    return std::find(graph.outputs.begin(), graph.outputs.end(), id) != graph.outputs.end();
  };
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const ValueId in = graph.nodes[i].inputs.empty() ? kNoValue : graph.nodes[i].inputs[0];
    if (!is_identity(graph, graph.nodes[i], uses)) continue;
    const ValueId out = graph.nodes[i].outputs[0];
    if (is_output(out)) {
      const bool made = uses.producer[std::size_t(in)] >= 0;
      if (!made || is_output(in)) continue;
      graph.value(in).name = graph.value(out).name;
    }
    replace_uses(graph, out, in);
    dead[i] = true;
  }
  erase_nodes(graph, dead);
  return renumbered(std::move(graph));
}

}  // namespace dlis
