// Choosing which channels go: scores, costs and a target. Nothing here trains, so that retraining
// can take these steps one at a time:
//
//   for each step: channels_of -> scores from training -> remove_until a nearer target -> retrain
#pragma once
#include <map>
#include <span>
#include <string>
#include <vector>

#include "dlis/compress/channel_latency.h"

namespace dlis {

// A number for each column: how much the network would lose with it. The loss of all its slices
// together, so columns that many layers share weigh more. Any scale; larger is more important.
using ChannelScores = std::vector<double>;

// The l1 norm of the filters a column takes, each as a share of its layer's (Li et al., "Pruning
// Filters for Efficient ConvNets", 2017). Shares make layers of any width compare: relative to the
// mean of the layer instead, a filter of a narrow layer would weigh no more than one of a wide one,
// and where it saves more the narrow layers would go first. Measured at 20 % of the MACs, without
// retraining: vgg16 keeps 83 % of the images right instead of 17 %, mobilenet_v1 91 instead of 10.
ChannelScores l1_scores(const Graph& graph, const Channels& channels);
// |gamma| of its BatchNormalizations, each as a share of its layer's (Liu et al., "Learning
// Efficient Convolutional Networks through Network Slimming", 2017). NaN: has none.
ChannelScores gamma_scores(const Graph& graph, const Channels& channels);

enum class ChannelObjective : std::uint8_t { macs, parameters, filters, nanoseconds };
const char* name_of(ChannelObjective objective);

// A group for as long as a network loses channels: by the axes that its columns cut.
using ChannelGroupKey = std::vector<ChannelShare>;

struct ChannelTarget {
  ChannelObjective of = ChannelObjective::macs;
  std::int64_t at_most = 0;  // what may be left of it; of filters, in groups without `own` columns
  std::int64_t round = 1;    // widths that are changed end on multiples of this
  bool by_layer = false;     // all groups lose the same share; else the least score over cost goes
  const ChannelLatency* latency = nullptr;  // what nanoseconds are counted by
  std::string keep;  // an ECMAScript expression: layers it is found in stay; empty: none
  std::map<ChannelGroupKey, std::int64_t> own;  // columns that groups end with, whatever they cost
};

// What a network has of what `at_most` is of; filters are those of layers that can lose some.
std::int64_t amount_of(const Graph& graph, const Channels& channels, const ChannelTarget& target);

// The columns to remove, in order, until the target is met: first those of groups that end with
// columns of their `own`, then each time the next of the group whose loss in score over what it
// saves is least. Errors: a score too few or too many, NaN, a wrong
// expression. Refused, with what could be reached, when the target cannot be.
Result<std::vector<int>> choose_channels(const Graph& graph, const Channels& channels,
                                         std::span<const double> scores,
                                         const ChannelTarget& target);

// The same, done.
Result<Graph> remove_until(const Graph& graph, const Channels& channels,
                           std::span<const double> scores, const ChannelTarget& target);

// Whether a layer of the group is kept by the expression. Errors: it is none.
Result<std::vector<bool>> kept_groups(const Channels& channels, const std::string& keep);

}  // namespace dlis
