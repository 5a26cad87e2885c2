// Sums along axes, into columns.
#include "dlis/compress/channel_saliency.h"

#include <set>

#include "dlis/compress/axis_index.h"

namespace dlis {
namespace {

// Adds every element to the column of its place along the axis.
void add_along(const Tensor& tensor, int axis, const std::vector<int>& columns,
               ChannelScores& scores) {
  const AxisIndex index(tensor.shape(), axis);
  const auto values = tensor.as<float>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const int column = columns[index(i)];
    if (column >= 0) scores[std::size_t(column)] += double(values[i]);
  }
}

}  // namespace

ChannelScores taylor_scores(const Channels& channels, const Saliency& saliency) {
  ChannelScores scores(std::size_t(channels.columns), 0);
  for (const ChannelAxis& axis : channels.axes) {
    const auto seen = saliency.weights.find(axis.weights);
    if (axis.role == ChannelRole::reads || seen == saliency.weights.end()) continue;
    add_along(seen->second, axis.axis, axis.columns, scores);
  }
  return scores;
}

ChannelScores fisher_scores(const Graph& graph, const Channels& channels,
                            const Saliency& saliency) {
  ChannelScores scores(std::size_t(channels.columns), 0);
  std::set<ValueId> done;
  for (const ChannelValue& value : channels.values)  // sums are those of axis 1
    if (value.axis != 1) done.insert(value.value);
  for (const ChannelAxis& axis : channels.axes) {
    if (axis.role != ChannelRole::reads) continue;
    const ValueId read = graph.nodes[std::size_t(axis.node)].inputs[0];
    const auto seen = saliency.channels.find(read);
    if (seen == saliency.channels.end() || !done.insert(read).second) continue;
    add_along(seen->second, 0, axis.columns, scores);
  }
  return scores;
}

}  // namespace dlis
