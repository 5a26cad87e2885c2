// The network in which the parts that can be bytes are.
#include <set>

#include "dlis/compress/border.h"
#include "dlis/compress/quantise.h"
#include "dlis/model/passes/rewrite.h"

namespace dlis {
namespace {

struct Rounding {
  Graph graph;
  std::set<std::string> names;  // of what was added

  // Layers that share weights get their own, since their inputs may have other scales.
  ValueId add(const std::string& name, const std::string& layer, Tensor bytes, Quant quant) {
    const bool fresh = names.insert(name).second;
    const DType type = bytes.type();
    const Shape shape = bytes.shape();
    return graph.add_value(
        {fresh ? name : name + "_of_" + layer, type, shape, std::move(bytes), std::move(quant)});
  }

  void round(Node& node, float input_scale) {
    const bool has_bias = node.inputs.size() > 2 && node.inputs[2] != kNoValue;
    const Value weights = graph.value(node.inputs[1]);
    const Value bias = has_bias ? graph.value(node.inputs[2]) : Value{};
    const std::string layer = graph.value(node.outputs[0]).name;
    ByteWeights bytes =
        byte_weights(weights.constant, bias.constant, channel_axis(node), input_scale);
    node.inputs[1] = add(weights.name + "_int8", layer, bytes.weights, bytes.quant);
    if (has_bias) node.inputs[2] = add(bias.name + "_int32", layer, bytes.bias, bytes.bias_quant);
  }
};

}  // namespace

Graph with_bytes(const Graph& graph, const ByteParts& parts, const Ranges& ranges) {
  std::map<ValueId, Quant> quants;
  for (ValueId id : parts.values) quants[id] = bytes_for(ranges.at(id));
  Rounding made{graph, {}};
  std::set<ValueId> readers;  // by what they make: borders move nodes
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    Node node = graph.nodes[i];
    if (parts.layers[i] || parts.moves[i]) readers.insert(node.outputs[0]);
    if (!parts.layers[i]) continue;
    made.round(node, quants.at(node.inputs[0]).scale[0]);
    made.graph.nodes[i] = std::move(node);
  }
  return renumbered(with_quants(std::move(made.graph), quants, "_int8", [&](const Node& node) {
    return readers.contains(node.outputs[0]);
  }));
}

}  // namespace dlis
