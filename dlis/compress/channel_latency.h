// What layers take on this device, by their widths.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "dlis/compress/channel_groups.h"
#include "dlis/compress/technique.h"

namespace dlis {

// Nanoseconds of one layer at a grid of widths, linear in between. More channels never take less:
// what was measured faster than a narrower layer counts as long as that one.
struct LayerTimes {
  std::vector<std::int64_t> outputs, inputs;  // the grid: channels, growing; the last is the layer
  std::vector<double> ns;                     // by outputs, then inputs
  double at(std::int64_t output, std::int64_t input) const;
};

// By the name of the value that the layer makes.
using ChannelLatency = std::map<std::string, LayerTimes>;
const LayerTimes* times_of(const ChannelLatency* latency, const Graph& graph, const Node& node);

// Times every layer that can lose channels, equal ones once, with 1/8 to all of its outputs and
// inputs (NetAdapt, Yang et al. 2018, section 3.3, whose table is by layer as well). Errors: no
// timer in `options`, or its own; stopped.
Result<ChannelLatency> measure_layers(const Graph& graph, const Channels& channels,
                                      const CompressOptions& options);

}  // namespace dlis
