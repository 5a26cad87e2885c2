// How important channels are, as far as their weights say.
#include <cmath>
#include <limits>

#include "dlis/compress/axis_index.h"
#include "dlis/compress/channel_prune.h"
#include "dlis/model/op.h"

namespace dlis {
namespace {

// Sums of magnitudes by index along an axis, as shares of their sum.
std::vector<double> shares_of_norm(const Value& weights, int axis) {
  const AxisIndex index(weights.constant.shape(), axis);
  std::vector<double> sums(std::size_t(index.extent), 0);
  std::size_t i = 0;
  double all = 0;
  const Tensor real = real_tensor(weights).converted(DType::f32);
  for (const double x : real.as<float>()) {
    sums[index(i++)] += std::abs(x);
    all += std::abs(x);
  }
  for (double& sum : sums) sum = all > 0 ? sum / all : 0;
  return sums;
}

void add_scores(const Graph& graph, const ChannelAxis& axis, ChannelScores& scores) {
  const std::vector<double> sums = shares_of_norm(graph.value(axis.weights), axis.axis);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    if (axis.columns[i] < 0) continue;
    double& score = scores[std::size_t(axis.columns[i])];
    score = std::isnan(score) ? sums[i] : score + sums[i];
  }
}

ChannelScores no_scores(const Channels& channels) {
  return ChannelScores(std::size_t(channels.columns), std::numeric_limits<double>::quiet_NaN());
}

}  // namespace

ChannelScores l1_scores(const Graph& graph, const Channels& channels) {
  ChannelScores scores = no_scores(channels);
  for (const ChannelAxis& axis : channels.axes)
    if (axis.role == ChannelRole::makes) add_scores(graph, axis, scores);
  return scores;
}

ChannelScores gamma_scores(const Graph& graph, const Channels& channels) {
  ChannelScores scores = no_scores(channels);
  for (const ChannelAxis& axis : channels.axes) {
    const std::string_view op = graph.nodes[std::size_t(axis.node)].op->name;
    if (op == "BatchNormalization" && axis.input == 1) add_scores(graph, axis, scores);
  }
  return scores;
}

}  // namespace dlis
