// x * (1 + erf(x / sqrt(2))) / 2, in whatever order a file multiplies, becomes Gelu.
#include <cmath>
#include <string_view>

#include "dlis/model/op.h"
#include "dlis/model/passes.h"
#include "dlis/model/passes/rewrite.h"

namespace dlis {
namespace {

constexpr double kNear = 1e-4;  // files write the constants with four to nine digits

// factor * x^power
struct Monomial {
  ValueId x = kNoValue;
  double factor = 1;
  int power = 0;
};

class Matcher {
 public:
  explicit Matcher(const Graph& graph) : graph_(graph), uses_(graph) {}

  // x and the node that makes the Gelu's output, where `erf` is part of one; else no node.
  std::pair<ValueId, int> match(const Node& erf) const {
    const auto scaled = monomial(erf.inputs[0]);
    if (!scaled || scaled->power != 1 || std::abs(scaled->factor - std::sqrt(0.5)) > kNear)
      return {kNoValue, -1};
    ValueId made = erf.outputs[0];
    int index = reader(made, "Add");
    if (index < 0 || number(other(index, made)) != 1.0) return {kNoValue, -1};
    made = graph_.nodes[std::size_t(index)].outputs[0];
    Monomial product{scaled->x, 1, 0};
    while (product.power != 1 || std::abs(product.factor - 0.5) > kNear) {
      index = reader(made, "Mul");
      if (index < 0) return {kNoValue, -1};
      const auto factor = monomial(other(index, made), scaled->x);
      if (!factor || product.power + factor->power > 1) return {kNoValue, -1};
      product.power += factor->power;
      product.factor *= factor->factor;
      made = graph_.nodes[std::size_t(index)].outputs[0];
    }
    return {scaled->x, index};
  }

 private:
  // The one node that reads the value, where it is an `op`; else -1.
  int reader(ValueId id, std::string_view op) const {
    const auto& readers = uses_.consumers[std::size_t(id)];
    if (readers.size() != 1 || uses_.is_output[std::size_t(id)] || graph_.value(id).quant)
      return -1;
    return graph_.nodes[std::size_t(readers[0])].op->name == op ? readers[0] : -1;
  }

  ValueId other(int index, ValueId known) const {
    const auto& inputs = graph_.nodes[std::size_t(index)].inputs;
    return inputs[0] == known ? inputs[1] : inputs[0];
  }

  std::optional<double> number(ValueId id) const {
    if (!graph_.is_constant(id) || graph_.value(id).constant.elements() != 1) return std::nullopt;
    return doubles_of(graph_.value(id))[0];
  }

  // What a value is in terms of `x`: a number, x, or a product or quotient of both. Where x is not
  // known yet it is what a number multiplies or divides.
  std::optional<Monomial> monomial(ValueId id, ValueId x = kNoValue) const {
    if (const auto c = number(id)) return Monomial{x, *c, 0};
    if (id == x) return Monomial{x, 1, 1};
    const int producer = uses_.producer[std::size_t(id)];
    if (producer < 0) return std::nullopt;
    const Node& node = graph_.nodes[std::size_t(producer)];
    const std::string_view op = node.op->name;
    if ((op != "Mul" && op != "Div") || node.inputs.size() != 2) return std::nullopt;
    const bool swapped = op == "Mul" && number(node.inputs[0]).has_value();
    const ValueId base = node.inputs[swapped ? 1 : 0];
    const auto c = number(node.inputs[swapped ? 0 : 1]);
    if (!c || (x != kNoValue && base != x) || graph_.value(base).shape != graph_.value(id).shape)
      return std::nullopt;
    return Monomial{base, op == "Mul" ? *c : 1 / *c, 1};
  }

  const Graph& graph_;
  Uses uses_;
};

}  // namespace

Graph fuse_gelu(Graph graph) {
  const Matcher matcher(graph);
  std::vector<std::pair<ValueId, int>> found;
  for (const Node& node : graph.nodes)
    if (std::string_view(node.op->name) == "Erf" && graph.value(node.inputs[0]).type == DType::f32)
      if (const auto match = matcher.match(node); match.second >= 0) found.push_back(match);
  for (const auto& [x, index] : found) {
    Node& node = graph.nodes[std::size_t(index)];
    if (graph.value(node.outputs[0]).shape != graph.value(x).shape) continue;
    node.op = find_operator("Gelu");
    node.inputs = {x};
    node.attributes = {};
  }
  return remove_dead(std::move(graph));
}

}  // namespace dlis
