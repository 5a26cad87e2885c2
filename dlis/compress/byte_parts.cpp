// Which layers and values of a network can be bytes.
#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "dlis/compress/quantise.h"
#include "dlis/model/dense_layer.h"
#include "dlis/model/op.h"
#include "dlis/model/passes.h"

namespace dlis {
namespace {

using namespace std::string_view_literals;

constexpr std::int64_t kMostTerms = 0x7fffffff / (255 * 128);  // of a sum in 32 bits

bool is_one_of(const Node& node, std::span<const std::string_view> names) {
  return std::ranges::find(names, std::string_view(node.op->name)) != names.end();
}

// They hand on elements: what they read and what they make has one scale.
bool copies(const Node& node) {
  static constexpr std::array names{"Concat"sv,    "Reshape"sv,   "Flatten"sv, "Squeeze"sv,
                                    "Unsqueeze"sv, "Transpose"sv, "Slice"sv,   "Split"sv,
                                    "Pad"sv,       "MaxPool"sv};
  return is_one_of(node, names);
}

// They compute on bytes of any scale.
bool computes(const Node& node) {
  static constexpr std::array names{
      "Add"sv,       "AveragePool"sv, "GlobalAveragePool"sv, "ReduceMean"sv, "Relu"sv, "Clip"sv,
      "LeakyRelu"sv, "HardSwish"sv,   "HardSigmoid"sv,       "Sigmoid"sv,    "Tanh"sv};
  return is_one_of(node, names);
}

bool is_plain(const Graph& graph, ValueId id) {
  return id != kNoValue && graph.value(id).type == DType::f32 && !graph.value(id).quant;
}

bool is_layer(const Graph& graph, const Node& node) {
  const std::string_view op = node.op->name;
  if (op != "Conv" && op != "Gemm") return false;
  if (!is_plain(graph, node.inputs[0]) || graph.is_constant(node.inputs[0])) return false;
  if (!is_plain(graph, node.inputs[1]) || !graph.is_constant(node.inputs[1])) return false;
  const bool bias = node.inputs.size() > 2 && node.inputs[2] != kNoValue;
  const Shape& weights = graph.value(node.inputs[1]).constant.shape();
  const std::int64_t channels = weights[channel_axis(node)];
  if (weights.elements() / std::max<std::int64_t>(1, channels) > kMostTerms) return false;
  if (bias && (!graph.is_constant(node.inputs[2]) ||
               graph.value(node.inputs[2]).constant.elements() != channels ||
               graph.value(node.inputs[2]).constant.shape().rank() != 1))
    return false;
  if (op == "Conv") return weights.rank() == 3 || weights.rank() == 4;
  return is_dense_layer(graph, node) && node.attributes.real("alpha", 1) == 1 &&
         node.attributes.real("beta", 1) == 1;
}

// By value: it has a place in memory once the plan has fused what it fuses.
std::vector<bool> kept_by_plan(const Graph& graph) {
  std::set<std::string> names;
  const Graph fused = fuse_ends(graph);
  for (const Node& node : fused.nodes)
    for (ValueId id : node.outputs)
      if (id != kNoValue) names.insert(fused.value(id).name);
  for (ValueId id : fused.inputs) names.insert(fused.value(id).name);
  std::vector<bool> kept;
  for (const Value& value : graph.values) kept.push_back(names.contains(value.name));
  return kept;
}

// Backwards: a layer wants to read bytes, and so does what makes them out of bytes.
std::vector<bool> wanted_values(const Graph& graph, ByteParts& parts) {
  std::vector<bool> wanted(graph.values.size());
  for (std::size_t i = graph.nodes.size(); i-- > 0;) {
    const Node& node = graph.nodes[i];
    if (parts.layers[i]) wanted[std::size_t(node.inputs[0])] = true;
    const auto is_wanted = [&](ValueId id) { return id != kNoValue && wanted[std::size_t(id)]; };
    const auto fits = [&](ValueId id) { return is_plain(graph, id) && !graph.is_constant(id); };
    parts.moves[i] = (copies(node) || computes(node)) &&
                     std::ranges::all_of(node.outputs, is_wanted) &&
                     std::ranges::all_of(node.inputs, fits);
    if (!parts.moves[i]) continue;
    for (ValueId id : node.inputs) wanted[std::size_t(id)] = true;
  }
  return wanted;
}

ValueId first_of(const std::map<ValueId, ValueId>& like, ValueId id) {
  for (auto at = like.find(id); at != like.end(); at = like.find(id)) id = at->second;
  return id;
}

void join_copies(const Graph& graph, ByteParts& parts) {
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (!parts.moves[i] || !copies(node)) continue;
    const ValueId head = first_of(parts.like, node.inputs[0]);
    const auto join = [&](ValueId id) {
      const ValueId other = first_of(parts.like, id);
      if (other != first_of(parts.like, head)) parts.like[other] = first_of(parts.like, head);
    };
    std::ranges::for_each(node.inputs, join);
    std::ranges::for_each(node.outputs, join);
  }
  for (auto& [id, to] : parts.like) to = first_of(parts.like, to);
}

}  // namespace

int channel_axis(const Node& layer) {
  return std::string_view(layer.op->name) == "Gemm" && !layer.attributes.integer("transB") ? 1 : 0;
}

Result<Graph> ready_for_bytes(Graph graph) {
  graph = DLIS_TRY(fold_constants(std::move(graph)));
  for (auto pass : {remove_dead, remove_identities, use_gemm, fold_batchnorm, fold_scale})
    graph = pass(std::move(graph));
  DLIS_TRY(infer_shapes(graph));
  return graph;
}

ByteParts byte_parts(const Graph& graph, const std::function<bool(const Node&)>& wanted) {
  ByteParts parts;
  for (const Node& node : graph.nodes)
    parts.layers.push_back(is_layer(graph, node) && wanted(node));
  parts.moves.resize(graph.nodes.size());
  const std::vector<bool> want = wanted_values(graph, parts), kept = kept_by_plan(graph);
  for (std::size_t id = 0; id < graph.values.size(); ++id)
    if (want[id] && kept[id] && !graph.is_constant(ValueId(id)))
      parts.values.push_back(ValueId(id));
  join_copies(graph, parts);
  return parts;
}

}  // namespace dlis
