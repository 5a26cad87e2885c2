// Judges layers by types and scales, and puts conversions at borders.
#include "dlis/runtime/quantised.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "dlis/format/half.h"
#include "dlis/model/dense_layer.h"
#include "dlis/model/op.h"
#include "dlis/model/ops/quantised.h"
#include "dlis/model/passes.h"
#include "dlis/model/passes/rewrite.h"
#include "dlis/model/quantised.h"

namespace dlis {
namespace {

using namespace std::string_view_literals;

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

// The scale is positive, so the largest stays the largest.
bool moves_elements(const Node& node) {
  static constexpr std::array names{"Concat"sv,    "Reshape"sv,  "Flatten"sv, "Squeeze"sv,
                                    "Unsqueeze"sv, "Identity"sv, "Dropout"sv, "Transpose"sv,
                                    "Slice"sv,     "Split"sv,    "Expand"sv,  "Pad"sv,
                                    "MaxPool"sv};
  return is_one_of(node.op->name, names);
}

namespace {

bool converts(const Node& node) {
  static constexpr std::array names{"QuantizeLinear"sv, "DequantizeLinear"sv};
  return is_one_of(node.op->name, names);
}
// The rows read and write bytes of any one scale.
bool knows_scales(const Node& node) {
  static constexpr std::array names{
      "Add"sv,       "AveragePool"sv, "GlobalAveragePool"sv, "ReduceMean"sv, "Relu"sv, "Clip"sv,
      "LeakyRelu"sv, "HardSwish"sv,   "HardSigmoid"sv,       "Sigmoid"sv,    "Tanh"sv, "Exp"sv,
      "Sqrt"sv,      "Erf"sv};
  return is_one_of(node.op->name, names);
}

// A Cast takes what is stored for what it is, which is right for bf16 and f16 only.
bool casts_halves(const Graph& graph, const Node& node) {
  const auto fits = [&](ValueId id) {
    const auto& quant = graph.value(id).quant;
    return !quant || is_half(quant->type);
  };
  return node.op->name == "Cast"sv && fits(node.inputs[0]) && fits(node.outputs[0]);
}

bool has_one_scale(const Graph& graph, ValueId id) {
  return id == kNoValue || !graph.value(id).quant || graph.value(id).quant->scale.size() == 1;
}

bool is_quantised(const Graph& graph, const Node& node) {
  const auto quantised = [&](ValueId id) {
    return id != kNoValue && graph.value(id).quant.has_value();
  };
  return std::ranges::any_of(node.inputs, quantised) ||
         std::ranges::any_of(node.outputs, quantised);
}

}  // namespace

Scale scale_of(const Value& value) {
  if (!value.quant || value.quant->scale.size() != 1) return {};
  return {value.quant->scale[0], value.quant->zero_point[0]};
}

Verdict accepts_quantised(const Graph& graph, const Node& node, int axis) {
  const Value &x = graph.value(node.inputs[0]), &w = graph.value(node.inputs[1]);
  if (real_type(x) != DType::f32 || real_type(w) != DType::f32) return refuse("it is not in f32");
  for (ValueId id :
       {node.inputs[0], node.outputs[0], node.inputs.size() > 3 ? node.inputs[3] : kNoValue})
    if (!has_one_scale(graph, id)) return refuse("a value has a scale for each part");
  if (!x.quant && w.quant) return refuse("its weights are quantised, its input is not");
  if (!x.quant || is_half(x.quant->type)) return accept();
  if (!is_byte(x.quant->type) || !w.quant || w.quant->type != DType::i8)
    return refuse("it is not bytes by bytes");
  if (w.quant->scale.size() > 1 && w.quant->axis != axis)
    return refuse("its weights have a scale for each input channel");
  if (std::ranges::any_of(w.quant->zero_point, [](auto zero) { return zero != 0; }))
    return refuse("its weights have zero points");
  if (node.attributes.real("alpha", 1) != 1 || node.attributes.real("beta", 1) != 1)
    return refuse("it scales its weights or its bias");
  return accept();
}

Verdict accepts_stored(const Graph& graph, const Node& node) {
  if (!is_quantised(graph, node) || converts(node) || casts_halves(graph, node)) return accept();
  const auto one_scale = [&](ValueId id) { return has_one_scale(graph, id); };
  if (!std::ranges::all_of(node.inputs, one_scale) || !std::ranges::all_of(node.outputs, one_scale))
    return refuse("a value has a scale for each part");
  if (knows_scales(node)) return accept();
  if (!moves_elements(node)) return refuse("it computes on reals");
  const auto& quant = graph.value(node.outputs[0]).quant;
  const auto differs = [&](ValueId id) {
    return id != kNoValue && (graph.value(id).quant != quant || graph.is_constant(id));
  };
  if (std::ranges::any_of(node.inputs, differs) || std::ranges::any_of(node.outputs, differs))
    return refuse("its values are quantised in different ways");
  return accept();
}

Encoded encoded_bytes(const Tensor& bytes, const Quant& quant) {
  const std::int64_t channels = bytes.shape()[0];
  Tensor scales(DType::f32, {channels});
  for (std::int64_t k = 0; k < channels; ++k)
    scales.edit<float>()[std::size_t(k)] = quant.scale[quant.scale.size() > 1 ? std::size_t(k) : 0];
  return {find_format("int8"), DType::i8, bytes.shape(), density_of(bytes), {bytes, scales}};
}

namespace {

// What is added around the nodes at hand; a value is converted once.
struct Borders {
  Graph& graph;
  const Uses uses;
  std::vector<Node> nodes;
  std::map<ValueId, ValueId> reals;

  ValueId read(ValueId id) {
    if (id == kNoValue || !graph.value(id).quant) return id;
    if (const auto known = reals.find(id); known != reals.end()) return known->second;
    const Value value = graph.value(id);
    if (value.constant.has_value())
      return reals[id] = graph.add_constant(value.name + "_real", real_tensor(value));
    const ValueId real = add_real(graph, value, "_read");
    nodes.push_back(reading_node(*value.quant, value.name + "_read", id, real));
    return reals[id] = real;
  }
  // A node that takes values as they are stored.
  void keep(Node node) {
    const auto quant = rounds_to(graph, node);
    if (quant && !graph.value(node.inputs[0]).quant) know(node.outputs[0], node.inputs[0]);
    nodes.push_back(std::move(node));
  }
  void add(Node node) {
    std::vector<Node> behind;
    for (ValueId& id : node.inputs) id = read(id);
    if (rounds_to(graph, node)) return keep(std::move(node));
    for (ValueId& id : node.outputs) {
      if (id == kNoValue || !graph.value(id).quant) continue;
      const Value value = graph.value(id);
      const ValueId real = add_real(graph, value, "_real");
      if (!uses.is_output[std::size_t(id)]) {  // a layer's name does not depend on its type
        graph.value(real).name = value.name;
        graph.value(id).name = value.name + "_stored";
      }
      behind.push_back(rounding_node(*value.quant, value.name + "_round", real, id));
      know(id, real);
      id = real;
    }
    nodes.push_back(std::move(node));
    for (Node& next : behind) nodes.push_back(std::move(next));
  }
  // Who computes in f32 need not read 16 bits that were made from f32; bytes are what the network
  // says.
  void know(ValueId stored, ValueId real) {
    if (is_half(graph.value(stored).type)) reals[stored] = real;
  }
};

// 16 bits are no one's wish where no reader computes with it. What makes the value then stores f32,
// but for operators that move elements of the type that they read.
void drop_useless(Graph& graph, const std::vector<Stand>& stands) {
  const Uses uses(graph);
  for (std::size_t id = 0; id < graph.values.size(); ++id) {
    Value& value = graph.values[id];
    const int index = uses.producer[id];
    if (!value.quant || !is_half(value.type) || uses.is_output[id] || index < 0) continue;
    Node& maker = graph.nodes[std::size_t(index)];
    const Stand stand = stands[std::size_t(index)];
    if ((stand == Stand::free && !stores_any_type(graph, maker)) ||
        std::ranges::any_of(uses.consumers[id], [&](int reader) {
          return stands[std::size_t(reader)] != Stand::in_f32;
        }))
      continue;
    const bool rounds = rounds_to(graph, maker).has_value();
    if (stand == Stand::converts && !rounds) continue;
    if (rounds) maker.attributes.set("to", model::kOnnxF32);  // an identity now
    value.quant.reset();
    value.type = DType::f32;
  }
}

Graph with_borders(Graph graph, const std::vector<Stand>& stands) {
  drop_useless(graph, stands);
  Borders borders{graph, Uses(graph), {}, {}};
  std::vector<Node> nodes = std::exchange(graph.nodes, {});
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (stands[i] == Stand::in_f32)
      borders.add(std::move(nodes[i]));
    else
      borders.keep(std::move(nodes[i]));
  }
  std::vector<Node> all = std::move(borders.nodes);
  graph.nodes = std::move(all);
  return renumbered(std::move(graph));
}

}  // namespace

std::vector<Stand> stands_of(const Graph& graph, const PlanOptions& options) {
  std::vector<Stand> stands;
  const auto quantised = [&](const Node& node) { return is_quantised(graph, node); };
  if (std::ranges::none_of(graph.nodes, quantised))
    return std::vector<Stand>(graph.nodes.size(), Stand::plain);
  const std::vector<bool> refused = refused_nodes(graph, place(graph), options);
  for (std::size_t i = 0; i < refused.size(); ++i) {
    const Node& node = graph.nodes[i];
    stands.push_back(!quantised(node)                              ? Stand::plain
                     : converts(node) || casts_halves(graph, node) ? Stand::converts
                     : refused[i]                                  ? Stand::in_f32
                                                                   : Stand::free);
  }
  return stands;
}

bool stores_any_type(const Graph& graph, const Node& node) {
  return node.op->name == "Conv"sv || is_dense_layer(graph, node);
}

Result<Graph> settle_types(Graph graph, std::vector<Stand> stands,
                           const std::set<std::string>& in_f32) {
  if (std::ranges::count(stands, Stand::plain) == std::ptrdiff_t(stands.size())) return graph;
  for (std::size_t i = 0; i < stands.size(); ++i)
    if (stands[i] == Stand::free && in_f32.contains(graph.value(graph.nodes[i].outputs[0]).name))
      stands[i] = Stand::in_f32;
  graph = remove_identities(with_borders(std::move(graph), stands));
  DLIS_TRY(infer_shapes(graph));
  return graph;
}

}  // namespace dlis
