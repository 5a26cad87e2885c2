// Cross-layer equalisation: behind a ReLU, (1/s) x and s w multiply to what x and w do, so each
// channel between two layers may be scaled by what suits both.
//
// Nagel et al. take s = sqrt(r1 / r2) of the ranges of weights, for weights with one scale a
// tensor. Here weights have one a channel, so a first layer's rows cost nothing: r1 is the
// channel's range as it was seen, of an activation with one scale. A depthwise second layer has a
// scale for each of its channels, so that all of them get the same range: s = r1.
#include <algorithm>
#include <cmath>
#include <string_view>

#include "dlis/compress/axis_index.h"
#include "dlis/compress/quantise.h"
#include "dlis/format/encoded.h"
#include "dlis/model/op.h"

namespace dlis {
namespace {

constexpr float kMostFactor = 64;  // dead channels are not blown up beyond this

struct Pair {
  std::size_t first, second;  // nodes
  ValueId between;            // what the second reads
  bool depthwise = false;
};

bool is(const Node& node, std::string_view op) { return node.op->name == op; }

// Factors for its input channels would give each of them two values of their own.
bool is_ternary(const Tensor& weights) {
  return find_format("ternary2")->encode(weights.converted(DType::f32)).has_value();
}

// The layer behind `index`, with at most a ReLU between and no other reader.
std::optional<Pair> pair_behind(const Graph& graph, const Uses& uses, const ByteParts& parts,
                                std::size_t index) {
  ValueId x = graph.nodes[index].outputs[0];
  const auto only_reader = [&](ValueId id) {
    const auto& readers = uses.consumers[std::size_t(id)];
    return uses.is_output[std::size_t(id)] || readers.size() != 1 ? -1 : readers[0];
  };
  int next = only_reader(x);
  if (next >= 0 && (is(graph.nodes[std::size_t(next)], "Relu") ||
                    is(graph.nodes[std::size_t(next)], "LeakyRelu"))) {
    x = graph.nodes[std::size_t(next)].outputs[0];
    next = only_reader(x);
  }
  if (next < 0 || !parts.layers[std::size_t(next)]) return std::nullopt;
  const Node& second = graph.nodes[std::size_t(next)];
  if (!is(graph.nodes[index], "Conv") || !is(second, "Conv")) return std::nullopt;
  const std::int64_t groups = second.attributes.integer("group", 1);
  const Tensor& weights = graph.value(second.inputs[1]).constant;
  const bool depthwise = groups > 1 && weights.shape()[1] == 1 && weights.shape()[0] == groups;
  if (groups > 1 && !depthwise) return std::nullopt;
  if (!depthwise && is_ternary(weights)) return std::nullopt;
  return Pair{index, std::size_t(next), x, depthwise};
}

// By channel: the largest |x| that was seen.
void widen(std::vector<float>& largest, const Tensor& values) {
  const Shape& shape = values.shape();
  largest.resize(std::size_t(shape[1]));
  const auto all = values.as<float>();
  const std::size_t inner = all.size() / std::size_t(shape[0] * shape[1]);
  for (std::size_t first = 0, c = 0; first < all.size(); first += inner, ++c) {
    float& most = largest[c % largest.size()];
    for (const float x : all.subspan(first, inner)) most = std::max(most, std::abs(x));
  }
}

// By input channel of a K x C x ... tensor: the largest |w|, each row taken for its own largest.
std::vector<float> column_ranges(const Tensor& weights) {
  const std::int64_t rows = weights.shape()[0], columns = weights.shape()[1];
  const std::int64_t inner = weights.elements() / std::max<std::int64_t>(1, rows * columns);
  std::vector<float> ranges(static_cast<std::size_t>(columns));
  const auto w = weights.as<float>();
  for (std::int64_t k = 0; k < rows; ++k) {
    const auto row = w.subspan(std::size_t(k * columns * inner), std::size_t(columns * inner));
    float most = 0;
    for (float x : row) most = std::max(most, std::abs(x));
    if (most == 0) continue;
    for (std::size_t i = 0; i < row.size(); ++i) {
      float& range = ranges[i / std::size_t(inner)];
      range = std::max(range, std::abs(row[i]) / most);
    }
  }
  return ranges;
}

// Of the channels; their geometric mean is left alone, and dead ones are 1.
std::vector<float> factors_of(const Graph& graph, const Pair& pair,
                              const std::vector<float>& seen) {
  const Tensor& weights = graph.value(graph.nodes[pair.second].inputs[1]).constant;
  const std::vector<float> columns =
      pair.depthwise ? std::vector<float>(seen.size(), 1.0f) : column_ranges(weights);
  std::vector<float> factors(seen.size(), 0);
  double logs = 0, live = 0;
  for (std::size_t c = 0; c < seen.size(); ++c) {
    if (seen[c] <= 0 || columns[c] <= 0) continue;
    factors[c] = pair.depthwise ? seen[c] : std::sqrt(seen[c] / columns[c]);
    logs += std::log(double(factors[c]));
    ++live;
  }
  const auto mean = float(live > 0 ? std::exp(logs / live) : 1);
  for (float& s : factors) s = s > 0 ? std::clamp(s / mean, 1 / kMostFactor, kMostFactor) : 1;
  return factors;
}

// Elements of the index along `axis` times by(index); the node gets a constant of its own.
template <class By>
void scale_input(Graph& graph, Node& node, std::size_t input, int axis, By by) {
  if (input >= node.inputs.size() || node.inputs[input] == kNoValue) return;
  const Value from = graph.value(node.inputs[input]);
  Tensor scaled = from.constant;
  const AxisIndex index(scaled.shape(), axis);
  const auto values = scaled.edit<float>();
  for (std::size_t i = 0; i < values.size(); ++i) values[i] *= by(index(i));
  node.inputs[input] = graph.add_constant(from.name, scaled);
}

}  // namespace

void move_factors(Graph& graph, std::size_t first, std::size_t second,
                  const std::vector<float>& factors) {
  const auto less = [&](std::size_t c) { return 1 / factors[c]; };
  const auto more = [&](std::size_t c) { return factors[c]; };
  scale_input(graph, graph.nodes[first], 1, 0, less);
  scale_input(graph, graph.nodes[first], 2, 0, less);
  const bool depthwise = graph.nodes[second].attributes.integer("group", 1) > 1;
  scale_input(graph, graph.nodes[second], 1, depthwise ? 0 : 1, more);
}

Result<int> equalise(Graph& graph, const ByteParts& parts, const CompressOptions& options) {
  const Uses uses(graph);
  std::vector<Pair> pairs;
  std::vector<ValueId> wanted;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const auto pair = parts.layers[i] ? pair_behind(graph, uses, parts, i) : std::nullopt;
    if (!pair) continue;
    pairs.push_back(*pair);
    wanted.push_back(pair->between);
  }
  if (pairs.empty()) return 0;
  std::vector<std::vector<float>> seen(pairs.size());
  DLIS_TRY(observe_images(graph, wanted, options, [&](std::span<const Tensor> values) {
    for (std::size_t i = 0; i < pairs.size(); ++i) widen(seen[i], values[i]);
  }));
  for (std::size_t i = 0; i < pairs.size(); ++i)
    move_factors(graph, pairs[i].first, pairs[i].second, factors_of(graph, pairs[i], seen[i]));
  return int(pairs.size());
}

}  // namespace dlis
