// Tests each coupling on a small graph against groups written by hand, and what surgery leaves.
#include "dlis/compress/channel_groups.h"

#include <gmock/gmock.h>

#include "dlis/compress/test_network.h"

namespace dlis {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// "name: columns" of each group, in the order of the network.
std::vector<std::string> groups_of(const Graph& graph) {
  std::vector<std::string> lines;
  for (const ChannelGroup& group : channels_of(graph).groups)
    lines.push_back(group.name + ": " + std::to_string(group.columns.size()));
  return lines;
}

// "name: width, reason" of what stays.
std::vector<std::string> staying_in(const Graph& graph) {
  std::vector<std::string> lines;
  for (const StayingChannels& stay : channels_of(graph).staying)
    lines.push_back(stay.name + ": " + std::to_string(stay.width) + ", " + stay.reason);
  return lines;
}

// "weights axis indices" of each slice of a column.
std::vector<std::string> slices(const Graph& graph, const Channels& channels, int column) {
  std::vector<std::string> lines;
  for (const ChannelSlice& slice : slices_of(channels, column)) {
    std::string line = graph.value(slice.weights).name + " " + std::to_string(slice.axis) + ":";
    for (const int i : slice.indices) line += " " + std::to_string(i);
    lines.push_back(line);
  }
  return lines;
}
std::vector<std::string> slices(const Graph& graph, int column) {
  return slices(graph, channels_of(graph), column);
}

// After every other column of every group has gone the graph is valid, and its extents are these.
std::vector<std::string> shapes_after(const Graph& graph) {
  const Channels channels = channels_of(graph);
  std::vector<int> drop;
  for (const ChannelGroup& group : channels.groups)
    for (std::size_t i = 0; i + 1 < group.columns.size(); i += 2) drop.push_back(group.columns[i]);
  const auto after = remove_channels(graph, channels, drop);
  EXPECT_TRUE(after) << after.error().message();
  std::vector<std::string> lines;
  if (!after) return lines;
  for (const Node& node : after->nodes)
    lines.push_back(node.name + " " + after->value(node.outputs[0]).shape->text());
  return lines;
}

TEST(ChannelGroups, AChainOfLayers) {
  TestNetwork net({1, 3, 4, 4});
  ValueId x = net.norm("n1", net.conv("c1", net.input(), 4));
  x = net.relu("r1", x);
  x = net.conv("c2", x, 5, {.bias = true});
  x = net.depthwise("d", x);
  x = net.flatten("f", x);
  const Graph graph = net.finish(net.dense("fc", x, 10));
  EXPECT_THAT(groups_of(graph), ElementsAre("c1: 4", "c2: 5"));
  EXPECT_THAT(slices(graph, 2), ElementsAre("c1.w 0: 2", "n1.scale 0: 2", "n1.bias 0: 2",
                                            "n1.mean 0: 2", "n1.var 0: 2", "c2.w 1: 2"));
  EXPECT_THAT(slices(graph, 4 + 1),
              ElementsAre("c2.w 0: 1", "c2.b 0: 1", "d.w 0: 1",
                          "fc.w 1: 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31"));
  EXPECT_THAT(channels_of(graph).groups[1].layers, ElementsAre("c2", "d"));
  EXPECT_THAT(shapes_after(graph), ElementsAre("c1 1x2x4x4", "n1 1x2x4x4", "r1 1x2x4x4",
                                               "c2 1x3x4x4", "d 1x3x4x4", "f 1x48", "fc 1x10"));
}

TEST(ChannelGroups, LayersInTheWinogradDomainAreConvolutions) {
  TestNetwork net({1, 3, 4, 4});
  const ValueId a = net.winograd("a", net.input(), 4), b = net.winograd("b", a, 6, true);
  const Graph graph = net.finish(net.conv("end", b, 2));
  EXPECT_THAT(groups_of(graph), ElementsAre("a: 4", "b: 6"));
  EXPECT_THAT(slices(graph, 1), ElementsAre("a.w 0: 1", "a.b 0: 1", "b.w 1: 1"));
  EXPECT_THAT(slices(graph, 4 + 2), ElementsAre("b.w 0: 2", "b.b 0: 2", "end.w 1: 2"));
  EXPECT_THAT(shapes_after(graph), ElementsAre("a 1x2x4x4", "b 1x3x4x4", "end 1x2x4x4"));
  EXPECT_THAT(channels_of(graph).notes, IsEmpty());
}

TEST(ChannelGroups, AdditionTiesAllThatIsAdded) {
  TestNetwork net({1, 3, 4, 4});
  const ValueId a = net.conv("a", net.input(), 4), b = net.conv("b", a, 4);
  const ValueId sum = net.node("Add", "sum", {a, b});
  const ValueId offset = net.node("Add", "offset", {sum, net.constant("k", {4, 1, 1})});
  const Graph graph = net.finish(net.conv("end", offset, 2));
  EXPECT_THAT(groups_of(graph), ElementsAre("a and 1 more: 4"));
  EXPECT_THAT(slices(graph, 3),
              ElementsAre("a.w 0: 3", "b.w 1: 3", "b.w 0: 3", "k 0: 3", "end.w 1: 3"));
}

TEST(ChannelGroups, ConcatKeepsItsPartsApart) {
  TestNetwork net({1, 3, 4, 4});
  const ValueId a = net.conv("a", net.input(), 2), b = net.conv("b", net.input(), 3);
  const Graph graph = net.finish(
      net.conv("end", net.node("Concat", "cat", {b, a, b}, {{"axis", std::int64_t(1)}}), 2));
  EXPECT_THAT(groups_of(graph), ElementsAre("a: 2", "b: 3"));
  EXPECT_THAT(slices(graph, 1), ElementsAre("a.w 0: 1", "end.w 1: 4"));
  EXPECT_THAT(slices(graph, 2 + 1), ElementsAre("b.w 0: 1", "end.w 1: 1 6"));
  EXPECT_THAT(shapes_after(graph),
              ElementsAre("a 1x1x4x4", "b 1x2x4x4", "cat 1x5x4x4", "end 1x2x4x4"));
}

TEST(ChannelGroups, GroupedConvolutionsGetThinnerAlikeOrLoseWholeGroups) {
  TestNetwork thin({1, 3, 4, 4});
  ValueId x = thin.conv("a", thin.input(), 8);
  x = thin.conv("g", x, 12, {.group = 2});
  const Graph alike = thin.finish(thin.conv("end", x, 2));
  EXPECT_THAT(groups_of(alike), ElementsAre("a: 4", "g: 6"));
  EXPECT_THAT(slices(alike, 1), ElementsAre("a.w 0: 1 5", "g.w 1: 1"));
  EXPECT_THAT(slices(alike, 4 + 2), ElementsAre("g.w 0: 2 8", "end.w 1: 2 8"));
  EXPECT_THAT(shapes_after(alike), ElementsAre("a 1x4x4x4", "g 1x6x4x4", "end 1x2x4x4"));

  TestNetwork wide({1, 3, 4, 4});
  x = wide.conv("a", wide.input(), 8);
  x = wide.conv("g", x, 8, {.group = 4});
  const Graph whole = wide.finish(wide.conv("end", x, 2));
  EXPECT_THAT(groups_of(whole), ElementsAre("a and 1 more: 4"));
  EXPECT_THAT(slices(whole, 1), ElementsAre("a.w 0: 2 3", "g.w 0: 2 3", "end.w 1: 2 3"));
  EXPECT_EQ(channels_of(whole).groups[0].width, 2);
  EXPECT_THAT(shapes_after(whole), ElementsAre("a 1x4x4x4", "g 1x4x4x4", "end 1x2x4x4"));
}

TEST(ChannelGroups, ADepthwiseMultiplierTakesItsFiltersAlong) {
  TestNetwork net({1, 3, 4, 4});
  ValueId x = net.conv("a", net.input(), 3);
  x = net.conv("d", x, 6, {.group = 3});
  const Graph graph = net.finish(net.conv("end", x, 2));
  EXPECT_THAT(groups_of(graph), ElementsAre("a: 3"));
  EXPECT_THAT(slices(graph, 1), ElementsAre("a.w 0: 1", "d.w 0: 2 3", "end.w 1: 2 3"));
}

TEST(ChannelGroups, AShuffleOfChannels) {
  TestNetwork net({1, 3, 4, 4});
  ValueId x = net.conv("a", net.input(), 6);
  x = net.node("Reshape", "split", {x}, {{"shape", Ints{0, 2, 3, 4, 4}}});
  x = net.node("Transpose", "turn", {x}, {{"perm", Ints{0, 2, 1, 3, 4}}});
  x = net.node("Reshape", "join", {x}, {{"shape", Ints{0, 6, 4, 4}}});
  const Graph graph = net.finish(net.conv("end", x, 2));
  EXPECT_THAT(groups_of(graph), ElementsAre("a: 3"));
  EXPECT_THAT(slices(graph, 1), ElementsAre("a.w 0: 1 4", "end.w 1: 2 3"));
  EXPECT_THAT(shapes_after(graph), ElementsAre("a 1x4x4x4", "split 1x2x2x4x4", "turn 1x2x2x4x4",
                                               "join 1x4x4x4", "end 1x2x4x4"));
}

TEST(ChannelGroups, AGateOfSqueezeAndExcitation) {
  TestNetwork net({1, 3, 4, 4});
  const ValueId x = net.conv("a", net.input(), 4);
  ValueId gate =
      net.node("ReduceMean", "mean", {x}, {{"axes", Ints{2, 3}}, {"keepdims", std::int64_t(0)}});
  gate = net.relu("relu", net.dense("down", gate, 2));
  gate = net.node("Sigmoid", "sigmoid", {net.dense("up", gate, 4)});
  gate = net.node("Unsqueeze", "wide", {gate}, {{"axes", Ints{2, 3}}});
  const Graph graph = net.finish(net.conv("end", net.node("Mul", "mul", {gate, x}), 2));
  EXPECT_THAT(groups_of(graph), ElementsAre("a and 1 more: 4", "down: 2"));
  EXPECT_THAT(slices(graph, 0),
              ElementsAre("a.w 0: 0", "down.w 1: 0", "up.w 0: 0", "up.b 0: 0", "end.w 1: 0"));
  EXPECT_THAT(slices(graph, 4), ElementsAre("down.w 0: 0", "down.b 0: 0", "up.w 1: 0"));
}

TEST(ChannelGroups, SplitAndSeveralReaders) {
  TestNetwork net({1, 3, 4, 4});
  const ValueId x = net.conv("a", net.input(), 5);
  const auto parts =
      net.nodes("Split", "split", {x}, {{"axis", std::int64_t(1)}, {"split", Ints{2, 3}}}, 2);
  const ValueId left = net.conv("left", parts[0], 2), right = net.conv("right", parts[1], 2);
  const ValueId all = net.conv("all", x, 2);
  const Graph graph = net.finish(net.node("Sum", "sum", {left, right, all}));
  EXPECT_THAT(groups_of(graph), ElementsAre("a: 2", "a: 3"));
  EXPECT_THAT(slices(graph, 1), ElementsAre("a.w 0: 1", "left.w 1: 1", "all.w 1: 1"));
  EXPECT_THAT(slices(graph, 3), ElementsAre("a.w 0: 3", "right.w 1: 1", "all.w 1: 3"));
  EXPECT_THAT(shapes_after(graph), ElementsAre("a 1x3x4x4", "split 1x1x4x4", "left 1x2x4x4",
                                               "right 1x2x4x4", "all 1x2x4x4", "sum 1x2x4x4"));
}

TEST(ChannelGroups, ShortcutsThatSliceAndPad) {
  TestNetwork net({1, 3, 4, 4});
  const ValueId x = net.conv("a", net.input(), 4);
  ValueId s = net.node("Slice", "slice", {x},
                       {{"starts", Ints{0, 0, 1}},
                        {"ends", Ints{4, 4, -1}},
                        {"axes", Ints{2, 3, 1}},
                        {"steps", Ints{2, 2, 1}}});
  s = net.node("Pad", "pad", {s},
               {{"pads", Ints{0, 1, 0, 0, 0, 2, 0, 0}}, {"mode", std::string("constant")}});
  const ValueId sum = net.node("Add", "sum", {net.conv("b", x, 5, {.stride = 2}), s});
  const Graph graph = net.finish(net.conv("end", sum, 2));
  // Channels 1 and 2 of a meet 1 and 2 of b; what is padded is b's alone.
  EXPECT_THAT(groups_of(graph), ElementsAre("a: 2", "a and 1 more: 2", "b: 3"));
  EXPECT_THAT(slices(graph, 2), ElementsAre("a.w 0: 2", "b.w 1: 2", "b.w 0: 2", "end.w 1: 2"));
  EXPECT_THAT(slices(graph, 4), ElementsAre("b.w 0: 0", "end.w 1: 0"));
  EXPECT_THAT(shapes_after(graph), ElementsAre("a 1x2x4x4", "slice 1x1x2x2", "pad 1x3x2x2",
                                               "b 1x3x2x2", "sum 1x3x2x2", "end 1x2x2x2"));
}

TEST(ChannelGroups, SlopesPoolsAndProducts) {
  TestNetwork net({1, 3, 4, 4});
  ValueId x = net.conv("a", net.input(), 4);
  x = net.node("PRelu", "prelu", {x, net.constant("slope", {4, 1, 1})});
  x = net.node("MaxPool", "pool", {x}, {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}});
  x = net.node("Mul", "scale", {x, net.constant("one", {1})});
  x = net.node("Reshape", "flat", {x}, {{"shape", Ints{0, -1}}});
  x = net.node("MatMul", "fc", {x, net.constant("fc.w", {16, 3})});
  x = net.node("Add", "bias", {x, net.constant("fc.b", {3})});
  const Graph graph = net.finish(net.dense("end", x, 2));
  EXPECT_THAT(groups_of(graph), ElementsAre("a: 4", "fc: 3"));
  EXPECT_THAT(slices(graph, 1), ElementsAre("a.w 0: 1", "slope 0: 1", "fc.w 0: 4 5 6 7"));
  EXPECT_THAT(slices(graph, 4), ElementsAre("fc.w 1: 0", "fc.b 0: 0", "end.w 1: 0"));
  EXPECT_THAT(shapes_after(graph),
              ElementsAre("a 1x2x4x4", "prelu 1x2x4x4", "pool 1x2x2x2", "scale 1x2x2x2", "flat 1x8",
                          "fc 1x2", "bias 1x2", "end 1x2"));
}

TEST(ChannelGroups, WhatHasNoRuleStaysAndIsNamed) {
  TestNetwork net({1, 3, 4, 4});
  const ValueId a = net.conv("a", net.input(), 4), b = net.conv("b", a, 4);
  const ValueId lrn = net.node("LRN", "lrn", {b}, {{"size", std::int64_t(3)}});
  const Graph graph = net.finish(net.conv("end", lrn, 2));
  EXPECT_THAT(groups_of(graph), ElementsAre("a: 4"));
  EXPECT_THAT(channels_of(graph).notes, ElementsAre(HasSubstr("'lrn' (LRN)")));
  EXPECT_THAT(staying_in(graph),
              ElementsAre("b: 4, node 'lrn' (LRN) reads them, and no rule covers its operator",
                          "end: 2, the network's outputs need them"));
}

TEST(ChannelGroups, InputsAndOutputsStay) {
  TestNetwork net({1, 3, 4, 4});
  const ValueId a = net.conv("a", net.input(), 3);
  const Graph graph = net.finish(net.node("Add", "sum", {a, net.input()}));
  EXPECT_THAT(groups_of(graph), IsEmpty());
  EXPECT_THAT(staying_in(graph), ElementsAre("a: 3, node 'sum' (Add) needs each of them"));
}

// Each way to stay has its own cause, though all of it stays together.
TEST(ChannelGroups, WhatStaysIsAsManyGroupsAsCauses) {
  TestNetwork net({1, 3, 4, 4});
  const ValueId a = net.conv("a", net.input(), 4), b = net.conv("b", a, 4);
  const ValueId sum = net.node("Add", "sum", {a, b});
  const ValueId sorted =
      net.node("Slice", "every other", {net.conv("c", sum, 4)},
               {{"starts", Ints{0}}, {"ends", Ints{4}}, {"axes", Ints{1}}, {"steps", Ints{2}}});
  const ValueId end = net.node("LRN", "lrn", {sum}, {{"size", std::int64_t(3)}});
  const Graph graph =
      net.finish(net.node("Add", "end", {net.conv("d", sorted, 2), net.conv("e", end, 2)}));
  EXPECT_THAT(staying_in(graph),
              ElementsAre(HasSubstr("a and 1 more: 4, node 'lrn' (LRN)"),
                          HasSubstr("c: 4, node 'every other' (Slice) needs each"),
                          HasSubstr("d and 1 more: 2, the network's outputs")));
}

TEST(ChannelGroups, AMapForAllChannelsStays) {
  TestNetwork net({1, 3, 4, 4});
  const ValueId x = net.conv("a", net.input(), 4), map = net.conv("map", x, 1);
  const Graph graph = net.finish(net.conv("end", net.node("Mul", "mul", {x, map}), 2));
  EXPECT_THAT(groups_of(graph), ElementsAre("a: 4"));
}

TEST(Surgery, ASharedConstantIsCutForEachReader) {
  TestNetwork net({1, 3, 4, 4});
  const ValueId k = net.constant("k", {1, 4, 1, 1});
  const ValueId a = net.node("Mul", "ma", {net.conv("a", net.input(), 4), k});
  const ValueId b = net.node("Mul", "mb", {net.conv("b", net.input(), 4), k});
  const Graph graph =
      net.finish(net.node("Add", "sum", {net.conv("c", a, 2), net.conv("d", b, 2)}));
  const auto after = remove_channels(graph, channels_of(graph), std::vector{0, 5, 6});
  ASSERT_TRUE(after) << after.error().message();
  EXPECT_EQ(after->value(after->nodes[1].inputs[1]).shape, (Shape{1, 3, 1, 1}));
  EXPECT_EQ(after->value(after->nodes[3].inputs[1]).shape, (Shape{1, 2, 1, 1}));
}

TEST(Surgery, WhatIsNotCutIsShared) {
  TestNetwork net({1, 3, 4, 4});
  const Graph graph =
      net.finish(net.conv("end", net.conv("b", net.conv("a", net.input(), 2), 2), 2));
  const auto after = remove_channels(graph, channels_of(graph), std::vector{3});
  ASSERT_TRUE(after) << after.error().message();
  const auto same = [&](std::size_t node) {
    const ValueId before = graph.nodes[node].inputs[1], now = after->nodes[node].inputs[1];
    return after->value(now).constant.same_storage(graph.value(before).constant);
  };
  EXPECT_TRUE(same(0));
  EXPECT_FALSE(same(1));
  EXPECT_FALSE(same(2));
}

TEST(Surgery, RefusesWhatIsNotThere) {
  TestNetwork net({1, 3, 4, 4});
  const Graph graph = net.finish(net.conv("end", net.conv("a", net.input(), 2), 2));
  const Channels channels = channels_of(graph);
  const auto message = [&](std::vector<int> columns) {
    return remove_channels(graph, channels, columns).error().message();
  };
  EXPECT_THAT(message({2}), HasSubstr("there is no column 2"));
  EXPECT_THAT(message({-1}), HasSubstr("there is no column -1"));
  EXPECT_THAT(message({0, 1}), HasSubstr("a: all 2 channels would go"));
}

}  // namespace
}  // namespace dlis
