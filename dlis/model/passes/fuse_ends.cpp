// Residual and activation become the fused end of the convolution in front of them.
#include <algorithm>
#include <limits>
#include <string_view>

#include "dlis/model/dense_layer.h"
#include "dlis/model/op.h"
#include "dlis/model/passes.h"
#include "dlis/model/passes/rewrite.h"

namespace dlis {
namespace {

constexpr std::size_t kBias = 2, kResidual = 3;

bool is(const Node& node, std::string_view op) { return node.op->name == op; }

struct Fusing {
  Graph graph;
  Uses uses;
  std::vector<bool> dead;
  std::vector<int> place;  // where each node goes: its own index, or that of the Add it took up
};

// The only reader of the node's output, or -1.
int only_reader(const Fusing& f, const Node& node) {
  const auto out = std::size_t(node.outputs[0]);
  const bool alone = !f.uses.is_output[out] && f.uses.consumers[out].size() == 1;
  return alone && f.graph.value(node.outputs[0]).type == DType::f32 ? f.uses.consumers[out][0] : -1;
}

// The other operand of an Add of two equal shapes; kNoValue where it is none.
ValueId residual_of(const Graph& graph, const Node& add, ValueId y) {
  if ((!is(add, "Add") && !is(add, "Sum")) || add.inputs.size() != 2) return kNoValue;
  const ValueId other = add.inputs[add.inputs[0] == y ? 1 : 0];
  const bool fits = !graph.is_constant(other) && graph.value(other).shape == graph.value(y).shape;
  return fits ? other : kNoValue;
}

// `conv` takes over what `next` made.
void absorb(Fusing& f, int conv, int next) {
  const ValueId out = f.graph.nodes[std::size_t(next)].outputs[0];
  f.graph.nodes[std::size_t(conv)].outputs[0] = out;
  f.uses.producer[std::size_t(out)] = conv;
  f.dead[std::size_t(next)] = true;
}

// The residual is computed before the Add, so the Conv has to wait until there.
void fuse_residual(Fusing& f, int index) {
  Node& conv = f.graph.nodes[std::size_t(index)];
  const int next = only_reader(f, conv);
  if (!is_convolution(conv) || conv.inputs.size() > kResidual || next < 0) return;
  const ValueId residual = residual_of(f.graph, f.graph.nodes[std::size_t(next)], conv.outputs[0]);
  if (residual == kNoValue) return;
  conv.inputs.resize(kBias + 1, kNoValue);
  conv.inputs.push_back(residual);
  auto& readers = f.uses.consumers[std::size_t(residual)];
  std::replace(readers.begin(), readers.end(), next, index);
  absorb(f, index, next);
  f.place[std::size_t(index)] = next;
}

struct End {
  const char* name;
  float a = 0, b = 0;
};

End clip_end(const Attributes& attributes) {
  using Limits = std::numeric_limits<float>;
  const float low = attributes.real("min", Limits::lowest());
  const float high = attributes.real("max", Limits::max());
  return low == 0 && high >= Limits::max() ? End{"relu"} : End{"clip", low, high};
}

std::optional<End> end_of(const Node& node) {
  const Attributes& attributes = node.attributes;
  if (is(node, "Relu")) return End{"relu"};
  if (is(node, "Clip")) return clip_end(attributes);
  if (is(node, "LeakyRelu")) return End{"leaky_relu", attributes.real("alpha", 0.01f)};
  if (is(node, "HardSwish")) return End{"hardswish"};
  if (is(node, "Sigmoid")) return End{"sigmoid"};
  if (is(node, "HardSigmoid"))
    return End{"hardsigmoid", attributes.real("alpha", 0.2f), attributes.real("beta", 0.5f)};
  return std::nullopt;
}

void fuse_activation(Fusing& f, int index) {
  Node& node = f.graph.nodes[std::size_t(index)];
  const int next = only_reader(f, node);
  if (next < 0 || node.attributes.has("activation")) return;
  const std::optional<End> end = end_of(f.graph.nodes[std::size_t(next)]);
  if (!end) return;
  node.attributes.set("activation", std::string(end->name));
  node.attributes.set("activation_a", end->a);
  node.attributes.set("activation_b", end->b);
  absorb(f, index, next);
}

// Each node at its place; the node that stood there is dead.
void reorder(Fusing& f) {
  std::vector<Node> nodes(f.graph.nodes.size());
  std::vector<bool> empty(nodes.size(), true);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (f.dead[i]) continue;
    const auto to = std::size_t(f.place[i]);
    nodes[to] = std::move(f.graph.nodes[i]);
    empty[to] = false;
  }
  f.graph.nodes = std::move(nodes);
  erase_nodes(f.graph, empty);
}

}  // namespace

Graph fuse_ends(Graph graph) {
  Fusing f{std::move(graph), Uses(Graph{}), {}, {}};
  f.uses = Uses(f.graph);
  const int count = int(f.graph.nodes.size());
  f.dead.resize(std::size_t(count));
  for (int i = 0; i < count; ++i) f.place.push_back(i);
  for (int i = 0; i < count; ++i) {
    const Node& node = f.graph.nodes[std::size_t(i)];
    if (!is_convolution(node) && !(is(node, "Gemm") && is_dense_layer(f.graph, node))) continue;
    if (!node.attributes.has("activation")) fuse_residual(f, i);
    fuse_activation(f, i);
  }
  reorder(f);
  return renumbered(std::move(f.graph));
}

}  // namespace dlis
