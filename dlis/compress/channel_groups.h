// Which channels of a network have to go together, and taking them out.
//
// A channel is removed by cutting slices out of many tensors at once: the filter that makes it, its
// bias and statistics, what later layers multiply it by, and, through additions, the filters of
// other layers. Such a set is a column (Fang et al., "DepGraph: Towards Any Structural Pruning",
// 2023, finds it between layers; here it is found between single channels, so that offsets, repeats
// and shuffles need no case of their own). Columns that cut the same axes equally often are one
// group: removing one costs the same as removing another, and they compete for the same places.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "dlis/model/graph.h"

namespace dlis {

enum class ChannelRole : std::uint8_t {
  makes,    // output filters of a convolution or dense layer
  reads,    // its input channels
  follows,  // one number, or a depthwise filter, for each channel: biases, statistics, constants
};

// One axis of a constant, as input `input` of node `node` reads it.
struct ChannelAxis {
  int node = 0, input = 0;
  ValueId weights = kNoValue;
  int axis = 0;
  ChannelRole role = ChannelRole::follows;
  std::vector<int> columns;  // by index along the axis: the column it goes with; -1: it stays
};

// The same of a value that nodes make.
struct ChannelValue {
  ValueId value = kNoValue;
  int axis = 0;
  std::vector<int> columns;
};

// How often each column of a group cuts an axis.
struct ChannelShare {
  int axis = 0;  // index among Channels::axes
  int count = 0;
  friend auto operator<=>(const ChannelShare&, const ChannelShare&) = default;
};

struct ChannelGroup {
  std::string name;                 // of the layers that make it: "stem.conv and 3 more"
  std::vector<std::string> layers;  // all layers that make it or filter it depthwise
  std::vector<int> columns;         // at least one of them has to stay
  std::int64_t width = 1;           // channels of its first layer that one column takes
  std::vector<ChannelShare> shares;
};

// Channels that go with something that needs each of them.
struct StayingChannels {
  std::string name;                 // of the layers that make them, as a group's
  std::vector<std::string> layers;  // all layers that make them
  std::int64_t width = 0;           // how many of its first layer
  std::string reason;  // "the network's outputs need them"; "node 'sort' (TopK) reads them, ..."
};

// All of a network. Columns are numbered from 0, without gaps, each in one group.
struct Channels {
  std::vector<ChannelAxis> axes;
  std::vector<ChannelValue> values;
  std::vector<ChannelGroup> groups;
  std::vector<StayingChannels> staying;
  int columns = 0;
  std::vector<std::string> notes;  // operators whose channels stay because no rule covers them
};

// Channels of inputs and outputs of the network stay. The graph has inferred shapes.
Channels channels_of(const Graph& graph);

// The part of one tensor that a column takes.
struct ChannelSlice {
  ValueId weights = kNoValue;
  int axis = 0;
  ChannelRole role = ChannelRole::follows;
  std::vector<int> indices;
};
std::vector<ChannelSlice> slices_of(const Channels& channels, int column);

// The network without these columns: constants cut, attributes and shapes to match. Where the
// removed channels were zero everywhere, it computes what it did before. `channels` is that of
// `graph`. Errors: no such column; a whole group would go.
Result<Graph> remove_channels(const Graph& graph, const Channels& channels,
                              std::span<const int> columns);

}  // namespace dlis
