// From nodes to values and back.
#include "dlis/format/half.h"
#include "dlis/model/passes.h"
#include "dlis/model/passes/rewrite.h"
#include "dlis/model/quantised.h"

namespace dlis {
namespace {

std::size_t at(ValueId id) { return std::size_t(id); }

// u8 less 128 is i8, whose kernels need no zero point where it was 128.
Value as_signed(Value value) {
  if (value.type != DType::u8) return value;
  Tensor bytes(DType::i8, value.constant.shape());
  auto to = bytes.edit<std::int8_t>().begin();
  for (std::uint8_t x : value.constant.as<std::uint8_t>()) *to++ = std::int8_t(int(x) - 128);
  for (std::int32_t& zero : value.quant->zero_point) zero -= 128;
  value.constant = bytes;
  value.type = value.quant->type = DType::i8;
  return value;
}

// Constants behind a reading node, which get a value of their own each.
void fold_constant(Graph& graph, std::size_t index, const Uses& uses, std::vector<bool>& dead) {
  const Node& node = graph.nodes[index];
  const auto quant = reads_as(graph, node);
  if (!quant || !graph.is_constant(node.inputs[0]) || uses.is_output[at(node.outputs[0])]) return;
  if (is_half(quant->type)) return;
  Value value = graph.value(node.inputs[0]);
  value.quant = quant;
  const ValueId real = node.outputs[0];
  replace_uses(graph, real, graph.add_value(as_signed(std::move(value))));
  dead[index] = true;
}

// How everybody who makes and reads the value takes it; nothing where they do not agree, or where
// it is only made, or only read.
std::optional<Quant> agreed(const Graph& graph, ValueId id, const Uses& uses) {
  const int maker = uses.producer[at(id)];
  std::optional<Quant> quant;
  if (maker >= 0 && !(quant = rounds_to(graph, graph.nodes[std::size_t(maker)])))
    return std::nullopt;
  for (int reader : uses.consumers[at(id)]) {
    const auto own = reads_as(graph, graph.nodes[std::size_t(reader)]);
    if (!own || (quant && *own != *quant)) return std::nullopt;
    quant = own;
  }
  return quant;
}

// The readers of the value's real form read the value itself.
void fold_value(Graph& graph, ValueId id, const Uses& uses, std::vector<bool>& dead) {
  const auto quant = agreed(graph, id, uses);
  if (!quant) return;
  graph.value(id).quant = quant;
  for (int reader : uses.consumers[at(id)]) {
    const ValueId real = graph.nodes[std::size_t(reader)].outputs[0];
    const bool is_output = uses.is_output[at(real)];
    for (Node& node : graph.nodes) std::replace(node.inputs.begin(), node.inputs.end(), real, id);
    dead[std::size_t(reader)] = !is_output;
  }
}

// A rounding node whose input nobody else reads goes into that one's maker; one that rounds what is
// rounded so already vanishes.
void fold_rounding(Graph& graph, std::size_t index, std::vector<bool>& dead) {
  const Node node = graph.nodes[index];
  const ValueId real = node.inputs[0], stored = node.outputs[0];
  if (dead[index] || !graph.value(stored).quant || !rounds_to(graph, node)) return;
  const Uses uses(graph);
  const int maker = uses.producer[at(real)];
  if (maker < 0 || uses.is_output[at(real)]) return;
  if (graph.value(real).quant == graph.value(stored).quant && !uses.is_output[at(stored)]) {
    replace_uses(graph, stored, real);
    dead[index] = true;
    return;
  }
  Node& front = graph.nodes[std::size_t(maker)];
  if (uses.consumers[at(real)].size() != 1 || graph.value(real).quant) return;
  if (graph.value(real).type != DType::f32 || reads_as(graph, front)) return;
  std::replace(front.outputs.begin(), front.outputs.end(), real, stored);
  graph.nodes[index].inputs.clear();
  dead[index] = true;
}

}  // namespace

Graph fold_quantisation(Graph graph) {
  std::vector<bool> dead(graph.nodes.size());
  const auto erase_dead = [&] {
    erase_nodes(graph, dead);
    dead.assign(graph.nodes.size(), false);
  };
  const Uses before(graph);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) fold_constant(graph, i, before, dead);
  erase_dead();
  const Uses uses(graph);
  const auto count = ValueId(graph.values.size());
  for (ValueId id = 0; id < count; ++id)
    if (!graph.is_constant(id)) fold_value(graph, id, uses, dead);
  erase_dead();
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) fold_rounding(graph, i, dead);
  erase_dead();
  return renumbered(std::move(graph));
}

namespace {

struct Unfolding {
  Graph graph;
  std::vector<Node> nodes;
  std::vector<ValueId> real;  // by value: its real form, once something read it
  std::vector<Quant> quants;  // by value, as they were
  std::vector<bool> quantised;

  ValueId read(ValueId id) {
    if (id == kNoValue || at(id) >= quantised.size() || !quantised[at(id)]) return id;
    if (real[at(id)] == kNoValue) {
      const std::string name = graph.value(id).name + "_read";
      real[at(id)] = add_real(graph, graph.value(id), "_read");
      nodes.push_back(reading_node(quants[at(id)], name, id, real[at(id)]));
    }
    return real[at(id)];
  }

  void add(Node node) {
    if (!reads_as(graph, node))
      for (ValueId& id : node.inputs) id = read(id);
    std::vector<Node> behind;
    for (ValueId& id : node.outputs) {
      if (id == kNoValue || !quantised[at(id)] || rounds_to(graph, node)) continue;
      const std::string name = graph.value(id).name + "_round";
      const ValueId made = add_real(graph, graph.value(id), "_real");
      behind.push_back(rounding_node(quants[at(id)], name, made, id));
      id = made;
    }
    nodes.push_back(std::move(node));
    for (Node& next : behind) nodes.push_back(std::move(next));
  }
};

}  // namespace

Graph unfold_quantisation(Graph graph) {
  Unfolding out;
  for (Value& value : graph.values) {
    out.quantised.push_back(value.quant.has_value());
    out.quants.push_back(value.quant.value_or(Quant()));
    value.quant.reset();
  }
  out.real.assign(graph.values.size(), kNoValue);
  std::vector<Node> nodes = std::exchange(graph.nodes, {});
  out.graph = std::move(graph);
  for (Node& node : nodes) out.add(std::move(node));
  out.graph.nodes = std::move(out.nodes);
  return renumbered(std::move(out.graph));
}

}  // namespace dlis
