// Arithmetic by a constant per channel goes into the layer in front.
#include <algorithm>
#include <string_view>

#include "dlis/model/op.h"
#include "dlis/model/passes.h"
#include "dlis/model/passes/channel_affine.h"
#include "dlis/model/passes/rewrite.h"

namespace dlis {
namespace {

// The constant as one number a channel, where it does not vary along any axis but 1.
std::optional<std::vector<double>> per_channel(const Value& constant, const Shape& y) {
  const Shape& shape = constant.constant.shape();
  if (real_type(constant) != DType::f32 || shape.rank() > y.rank() || y.rank() < 2)
    return std::nullopt;
  const int channel_axis = shape.rank() - y.rank() + 1;  // broadcasting aligns the last axes
  for (int axis = 0; axis < shape.rank(); ++axis)
    if (shape[axis] != 1 && axis != channel_axis) return std::nullopt;
  std::vector<double> values = doubles_of(constant);
  if (values.size() == 1) values.assign(std::size_t(y[1]), values[0]);
  if (std::int64_t(values.size()) != y[1]) return std::nullopt;
  return values;
}

bool has_zero(const std::vector<double>& values) {
  return std::find(values.begin(), values.end(), 0.0) != values.end();
}

// x op c, or c op x where `swapped`.
std::optional<ChannelAffine> affine_of(std::string_view op, bool swapped,
                                       const std::vector<double>& c) {
  const std::vector<double> ones(c.size(), 1), zeros(c.size(), 0);
  std::vector<double> changed = c;
  if (op == "Add") return ChannelAffine{ones, c};
  if (op == "Mul") return ChannelAffine{c, zeros};
  if (op == "Sub" && swapped) return ChannelAffine{std::vector<double>(c.size(), -1), c};
  if (op == "Sub") {
    for (double& x : changed) x = -x;
    return ChannelAffine{ones, changed};
  }
  if (op != "Div" || swapped || has_zero(c)) return std::nullopt;
  for (double& x : changed) x = 1 / x;
  return ChannelAffine{changed, zeros};
}

std::optional<AffineNode> map_of(const Graph& graph, const Node& node) {
  if (node.inputs.size() != 2) return std::nullopt;
  const bool swapped = graph.is_constant(node.inputs[0]);
  if (swapped == graph.is_constant(node.inputs[1])) return std::nullopt;
  const ValueId x = node.inputs[swapped ? 1 : 0];
  const Value& y = graph.value(node.outputs[0]);
  if (y.type != DType::f32 || graph.value(x).shape != y.shape) return std::nullopt;
  const auto c = per_channel(graph.value(node.inputs[swapped ? 0 : 1]), *y.shape);
  if (!c) return std::nullopt;
  std::optional<ChannelAffine> map = affine_of(node.op->name, swapped, *c);
  if (!map) return std::nullopt;
  return AffineNode{x, std::move(*map)};
}

}  // namespace

Graph fold_scale(Graph graph) { return merge_affine(std::move(graph), map_of); }

}  // namespace dlis
