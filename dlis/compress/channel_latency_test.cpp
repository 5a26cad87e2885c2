// Devices with known times: what is looked up, and what goes on them.
#include "dlis/compress/channel_latency.h"

#include <gmock/gmock.h>

#include "dlis/compress/channel_prune.h"
#include "dlis/compress/test_network.h"

namespace dlis {
namespace {

using testing::HasSubstr;

Graph network() {
  TestNetwork net({1, 3, 6, 6});
  ValueId x = net.conv("stem", net.input(), 32, {.kernel = 3});
  x = net.relu("relu", net.norm("norm", net.conv("in", x, 64)));
  x = net.flatten("flat", net.depthwise("depthwise", x));
  return net.finish(net.dense("fc", x, 4));
}

// A nanosecond a multiply-add.
Result<double> by_macs(const Graph& layer) { return 1e-6 * double(macs_of(layer)); }

Result<Compressed> pruned(const std::string& text, Result<double> (*device)(const Graph&)) {
  CompressOptions options;
  if (device) options.layer_ms = device;
  return compress(network(), std::vector{parse_choice(text).value()}, options);
}

TEST(ChannelLatency, IsLinearBetweenTheMeasuredWidths) {
  const Graph graph = network();
  CompressOptions options;
  options.layer_ms = by_macs;
  const auto latency = measure_layers(graph, channels_of(graph), options);
  ASSERT_TRUE(latency) << latency.error().message();
  for (const Node& node : graph.nodes) {
    const LayerTimes* times = times_of(&*latency, graph, node);
    if (macs_of(graph, node) == 0) continue;
    ASSERT_TRUE(times) << graph.value(node.outputs[0]).name;
    const std::int64_t out = times->outputs.back(), in = times->inputs.back();
    const double whole = double(macs_of(graph, node));
    EXPECT_NEAR(times->at(out, in), whole, 1);
    for (const auto& [k, c] : {std::pair(out, in), {out - out / 5, in}, {out / 2 + 1, in - in / 3}})
      EXPECT_NEAR(times->at(k, c), whole * double(k) / double(out) * double(c) / double(in), 1);
  }
}

TEST(ChannelLatency, ATargetIsMetInMeasuredTime) {
  const auto half = pruned("channel_prune:latency=0.5", by_macs);
  ASSERT_TRUE(half) << half.error().message();
  EXPECT_LE(double(macs_of(half->graph)), 0.5 * double(macs_of(network())) + 10);
  EXPECT_GE(double(macs_of(half->graph)), 0.4 * double(macs_of(network())));
}

// Where filters of 1x1 cost nothing, only the others go.
TEST(ChannelLatency, WhatCostsNothingStays) {
  const auto device = [](const Graph& layer) -> Result<double> {
    const Shape& weights = layer.value(layer.nodes[0].inputs[1]).constant.shape();
    return weights.rank() == 4 && weights[2] == 3 ? by_macs(layer).value() : 0.0;
  };
  const auto half = pruned("channel_prune:latency=0.4", +device);
  ASSERT_TRUE(half) << half.error().message();
  const Graph& graph = half->graph;
  EXPECT_LT((*graph.value(graph.nodes[0].outputs[0]).shape)[1], 32);
}

TEST(ChannelLatency, MoreChannelsNeverTakeLess) {
  const Graph graph = network();
  CompressOptions options;
  options.layer_ms = [](const Graph& layer) -> Result<double> {
    return 1.0 / double(macs_of(layer));  // as if the wide were fast
  };
  const ChannelLatency latency = measure_layers(graph, channels_of(graph), options).value();
  for (const auto& [name, times] : latency)
    for (std::int64_t k = 1; k < times.outputs.back(); ++k)
      EXPECT_LE(times.at(k, times.inputs.back()), times.at(k + 1, times.inputs.back())) << name;
}

TEST(ChannelLatency, NothingToTimeWithIsRefused) {
  const auto result = pruned("channel_prune:latency=0.5", nullptr);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message(), HasSubstr("nothing here can time layers"));
}

}  // namespace
}  // namespace dlis
