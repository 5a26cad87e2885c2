// What is stored in bytes saturates, which is often all that a Relu or Clip in front of it does.
#include <cmath>
#include <limits>
#include <string_view>

#include "dlis/model/op.h"
#include "dlis/model/passes.h"
#include "dlis/model/passes/rewrite.h"

namespace dlis {
namespace {

struct Bounds {
  double low, high;
};

std::optional<Bounds> bounds_of(const Node& node) {
  const std::string_view op = node.op->name;
  if (op == "Relu") return Bounds{0, std::numeric_limits<double>::infinity()};
  if (op != "Clip") return std::nullopt;
  return Bounds{node.attributes.real("min"), node.attributes.real("max")};
}

// Whether the bounds, once rounded, lie at the ends of what can be stored or beyond.
bool cuts_nothing(const Bounds& bounds, const Quant& quant) {
  if (quant.type != DType::u8 && quant.type != DType::i8) return false;
  const double lowest = quant.type == DType::i8 ? -128 : 0;
  for (std::size_t i = 0; i < quant.scale.size(); ++i) {
    const auto stored = [&](double x) {
      return std::nearbyint(x / double(quant.scale[i])) + quant.zero_point[i];
    };
    if (stored(bounds.low) > lowest || stored(bounds.high) < lowest + 255) return false;
  }
  return true;
}

}  // namespace

Graph fold_clamps(Graph graph) {
  Uses uses(graph);
  std::vector<bool> dead(graph.nodes.size());
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    const auto bounds = bounds_of(node);
    const ValueId out = node.outputs[0], in = node.inputs.empty() ? kNoValue : node.inputs[0];
    if (!bounds || !graph.value(out).quant || in == kNoValue) continue;
    const int front = uses.producer[std::size_t(in)];
    if (front < 0 || uses.is_output[std::size_t(in)] || graph.value(in).quant ||
        uses.consumers[std::size_t(in)].size() != 1 || graph.value(in).type != DType::f32 ||
        !cuts_nothing(*bounds, *graph.value(out).quant))
      continue;
    auto& outputs = graph.nodes[std::size_t(front)].outputs;
    std::replace(outputs.begin(), outputs.end(), in, out);
    uses.producer[std::size_t(out)] = front;
    dead[i] = true;
  }
  erase_nodes(graph, dead);
  return renumbered(std::move(graph));
}

}  // namespace dlis
