// Channels of whole networks: which hang together, and that removing zeros changes nothing.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "dlis/base/rng.h"
#include "dlis/compress/channel_prune.h"
#include "dlis/compress/test_network.h"
#include "dlis/model/zoo/zoo.h"
#include "dlis/runtime/measure.h"

namespace dlis {
namespace {

using Widths = std::vector<std::size_t>;

Widths widths_of(const std::string& model) {
  Widths widths;
  for (const ChannelGroup& group : channels_of(build_model(model).value()).groups)
    widths.push_back(group.columns.size());
  return widths;
}

void append(Widths& to, std::size_t count, std::size_t width) { to.insert(to.end(), count, width); }

TEST(ChannelWidths, PlainNetworks) {
  EXPECT_EQ(widths_of("vgg16"),
            (Widths{64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512, 512}));
  EXPECT_EQ(widths_of("mobilenet_v1"),
            (Widths{32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024}));
}

// Groups come in the order of their first layer. Option A pads each stage on both sides, so the
// stem's 16 channels run through all stages, 16 more begin in the second and 32 in the third.
TEST(ChannelWidths, ShortcutsWithoutWeights) {
  for (const std::size_t blocks : {3, 9}) {
    Widths expected{16};           // stem
    append(expected, blocks, 16);  // inside the first stage's blocks
    expected.push_back(32);        // inside the first block of the second
    expected.push_back(16);
    append(expected, blocks - 1, 32);
    expected.push_back(64);
    expected.push_back(32);
    append(expected, blocks - 1, 64);
    EXPECT_EQ(widths_of(blocks == 3 ? "resnet20" : "resnet56"), expected);
  }
}

TEST(ChannelWidths, ShortcutsWithProjections) {
  EXPECT_EQ(widths_of("resnet18"),
            (Widths{64, 64, 64, 128, 128, 128, 256, 256, 256, 512, 512, 512}));
}

// A branch's channels are its own, before and behind the place where both are joined.
TEST(ChannelWidths, BranchesThatAreJoined) {
  EXPECT_EQ(widths_of("two_branch"), (Widths{24, 32, 48, 24, 32, 48, 64}));
}

// Stem and first depthwise; then by block the expansion, and where the sum changes its channels the
// projection.
TEST(ChannelWidths, InvertedResiduals) {
  EXPECT_EQ(widths_of("mobilenet_v2"), (Widths{32,  16,                  // stem, body.0
                                               96,  24,  144,            // body.1 and 2
                                               144, 32,  192, 192,       // 3 to 5
                                               192, 64,  384, 384, 384,  // 6 to 9
                                               384, 96,  576, 576,       // 10 to 12
                                               576, 160, 960, 960,       // 13 to 15
                                               960, 320, 1280}));        // 16, head
}

class ZooChannels : public testing::TestWithParam<const char*> {};

std::vector<int> random_columns(const Channels& channels, Rng& rng) {
  std::vector<int> columns;
  for (const ChannelGroup& group : channels.groups)
    for (std::size_t i = 1; i < group.columns.size(); ++i)
      if (rng.uniform() < 0.3) columns.push_back(group.columns[i]);
  return columns;
}

void zero(Graph& graph, const ChannelAxis& axis, const std::vector<bool>& dropped) {
  Tensor& weights = graph.value(axis.weights).constant;
  const std::int64_t inner = row_major_strides(weights.shape())[axis.axis];
  std::int64_t i = 0;
  for (float& x : weights.edit<float>()) {
    const int column = axis.columns[std::size_t(i++ / inner) % axis.columns.size()];
    if (column >= 0 && dropped[std::size_t(column)]) x = 0;
  }
}

std::vector<Tensor> outputs_of(const Graph& graph) {
  PlanOptions options;
  options.tune = Tune::off;
  options.compute = "indirect_gemm";
  auto plan = make_plan(graph, options);
  EXPECT_TRUE(plan) << (plan ? "" : plan.error().message());
  auto session = Session::open(*plan);
  EXPECT_TRUE(session);
  return session->run(random_inputs(graph)).value();
}

// Zeroes random columns, removes them and compares what both networks compute.
void expect_zeros_removable(Graph graph, std::uint64_t seed) {
  const Channels channels = channels_of(graph);
  EXPECT_THAT(channels.notes, testing::IsEmpty());
  Rng rng(seed);
  const std::vector<int> columns = random_columns(channels, rng);
  std::vector<bool> dropped(std::size_t(channels.columns));
  for (const int column : columns) dropped[std::size_t(column)] = true;
  for (const ChannelAxis& axis : channels.axes)
    if (axis.role != ChannelRole::reads) zero(graph, axis, dropped);
  const auto small = remove_channels(graph, channels, columns);
  ASSERT_TRUE(small) << small.error().message();
  EXPECT_LT(macs_of(*small), macs_of(graph));
  const Tensor a = outputs_of(graph)[0], b = outputs_of(*small)[0];
  ASSERT_EQ(a.shape(), b.shape());
  double largest = 0;
  for (const float x : a.as<float>()) largest = std::max(largest, double(std::abs(x)));
  EXPECT_GT(largest, 0.01);  // the outputs say something
  for (std::size_t i = 0; i < a.as<float>().size(); ++i)
    ASSERT_NEAR(a.as<float>()[i], b.as<float>()[i], 1e-4 * std::max(1.0, largest)) << i;
}

TEST_P(ZooChannels, RemovingZerosChangesNothing) {
  expect_zeros_removable(build_model(GetParam()).value(), 3);
}

// Every coupling in one network: grouped layers of both kinds, a shuffle, a gate, a split that is
// joined again with repeats, a shortcut that slices and pads, slopes, and dense layers behind maps.
Graph all_couplings() {
  TestNetwork net({1, 3, 8, 8});
  ValueId x = net.norm("n1", net.conv("stem", net.input(), 12, {.kernel = 3, .bias = true}));
  x = net.conv("thin", x, 16, {.group = 2});
  x = net.node("Reshape", "apart", {x}, {{"shape", Ints{0, 2, 8, 6, 6}}});
  x = net.node("Transpose", "turn", {x}, {{"perm", Ints{0, 2, 1, 3, 4}}});
  x = net.node("Reshape", "together", {x}, {{"shape", Ints{0, 16, 6, 6}}});
  x = net.conv("whole", net.depthwise("dw", x), 16, {.group = 8});
  x = net.node("PRelu", "slopes", {x, net.constant("slope", {16, 1, 1})});
  ValueId gate = net.node("GlobalAveragePool", "mean", {x});
  gate = net.conv("up", net.relu("relu", net.conv("down", gate, 4)), 16);
  x = net.node("Mul", "gated", {x, net.node("Sigmoid", "sigmoid", {gate})});
  const auto parts = net.nodes("Split", "split", {net.conv("wide", x, 10)},
                               {{"axis", std::int64_t(1)}, {"split", Ints{4, 6}}}, 2);
  x = net.node("Concat", "join", {parts[1], parts[0], parts[1]}, {{"axis", std::int64_t(1)}});
  ValueId cut = net.node("Slice", "cut", {x},
                         {{"starts", Ints{0, 0, 2}},
                          {"ends", Ints{6, 6, 12}},
                          {"axes", Ints{2, 3, 1}},
                          {"steps", Ints{2, 2, 1}}});
  cut = net.node("Pad", "pad", {cut},
                 {{"pads", Ints{0, 3, 0, 0, 0, 3, 0, 0}}, {"mode", std::string("constant")}});
  x = net.node("Add", "sum", {net.conv("half", x, 16, {.stride = 2}), cut});
  x = net.norm("n2", net.dense("fc", net.flatten("flat", x), 20));
  x = net.node("MatMul", "product", {net.relu("relu2", x), net.constant("matrix", {20, 8})});
  return net.finish(net.dense("end", x, 5));
}

TEST(Couplings, RemovingZerosChangesNothing) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) expect_zeros_removable(all_couplings(), seed);
}

TEST_P(ZooChannels, HalfTheMacsGo) {
  const Graph graph = build_model(GetParam()).value();
  const Channels channels = channels_of(graph);
  const std::int64_t half = macs_of(graph) / 2;
  for (const bool by_layer : {false, true}) {
    const auto small = remove_until(graph, channels, l1_scores(graph, channels),
                                    {.at_most = half, .round = 4, .by_layer = by_layer});
    ASSERT_TRUE(small) << small.error().message();
    EXPECT_LE(macs_of(*small), half);
    EXPECT_GE(double(macs_of(*small)), 0.9 * double(half));
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, ZooChannels,
                         testing::Values("resnet20", "resnet56", "resnet18", "resnet50", "vgg16",
                                         "mobilenet_v1", "mobilenet_v2", "two_branch"));

}  // namespace
}  // namespace dlis
