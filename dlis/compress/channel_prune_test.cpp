// Tests which channels the row takes, that targets are met, and what it refuses.
#include "dlis/compress/channel_prune.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "dlis/compress/technique.h"
#include "dlis/compress/test_network.h"

namespace dlis {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

// Two branches that meet, a depthwise layer, a dense one.
Graph network(bool norms = true) {
  TestNetwork net({1, 3, 6, 6});
  const auto norm = [&](const char* name, ValueId x) { return norms ? net.norm(name, x) : x; };
  ValueId x = norm("stem.norm", net.conv("stem", net.input(), 12, {.kernel = 3}));
  ValueId y = norm("in.norm", net.conv("in", x, 10));
  y = norm("out.norm", net.conv("out", net.relu("relu", y), 12));
  x = net.node("Add", "add", {x, y});
  x = norm("wide.norm", net.conv("wide", x, 24));
  x = net.flatten("flat", net.depthwise("depthwise", x));
  return net.finish(net.dense("fc", x, 4));
}

Result<Graph> pruned(const Graph& graph, const std::string& text) {
  auto result = compress(graph, std::vector{parse_choice(text).value()});
  if (!result) return tl::unexpected(result.error());
  return std::move(result->graph);
}

std::vector<std::int64_t> widths(const Graph& graph) {
  std::vector<std::int64_t> all;
  for (const Node& node : graph.nodes)
    if (std::string_view(node.op->name) == "Conv")
      all.push_back((*graph.value(node.outputs[0]).shape)[1]);
  return all;
}

void scale(Graph& graph, const std::string& weights, std::int64_t index, float factor) {
  for (Value& value : graph.values) {
    if (value.name != weights) continue;
    const std::int64_t inner = row_major_strides(value.constant.shape())[0];
    for (std::int64_t i = 0; i < inner; ++i)
      value.constant.edit<float>()[std::size_t(index * inner + i)] *= factor;
  }
}

TEST(ChannelPrune, EveryTargetIsMetByAtMostOneColumn) {
  const Graph graph = network();
  for (const char* scope : {"global", "layer"})
    for (const double share : {0.0, 0.1, 0.25, 0.5, 0.7}) {
      const std::string end = "=" + std::to_string(share) + ":scope=" + scope;
      const auto macs = pruned(graph, "channel_prune:macs" + end);
      ASSERT_TRUE(macs) << macs.error().message();
      EXPECT_LE(double(macs_of(*macs)), (1 - share) * double(macs_of(graph)) + 1);
      EXPECT_GE(double(macs_of(*macs)), (1 - share - 0.1) * double(macs_of(graph)));
      const auto parameters = pruned(graph, "channel_prune:parameters" + end);
      ASSERT_TRUE(parameters) << parameters.error().message();
      EXPECT_LE(double(parameters_of(*parameters)), (1 - share) * double(parameters_of(graph)) + 1);
      EXPECT_GE(double(parameters_of(*parameters)),
                (1 - share - 0.1) * double(parameters_of(graph)));
    }
}

// What the loop believes a network has left is what it has.
TEST(ChannelPrune, CostsAreThoseOfTheNetworkThatIsLeft) {
  const Graph graph = network();
  const Channels channels = channels_of(graph);
  const ChannelScores scores = l1_scores(graph, channels);
  for (const auto of : {ChannelObjective::macs, ChannelObjective::parameters}) {
    const auto left = [&](const Graph& some) {
      return of == ChannelObjective::macs ? macs_of(some) : parameters_of(some);
    };
    ASSERT_EQ(amount_of(graph, channels, {.of = of}), left(graph));
    std::int64_t at_most = left(graph);
    for (int step = 0; step < 20; ++step) {  // each target is the last result less one
      const auto after = remove_until(graph, channels, scores, {.of = of, .at_most = --at_most});
      ASSERT_TRUE(after) << after.error().message();
      ASSERT_LE(left(*after), at_most);
      at_most = left(*after);
    }
  }
}

TEST(ChannelPrune, AShareOfEachLayer) {
  const auto graph = pruned(network(), "channel_prune:ratio=0.5:scope=layer");
  ASSERT_TRUE(graph) << graph.error().message();
  EXPECT_THAT(widths(*graph), ElementsAre(6, 5, 6, 12, 12));
}

TEST(ChannelPrune, WidthsAreMultiples) {
  const auto graph = pruned(network(), "channel_prune:macs=0.4:round=4");
  ASSERT_TRUE(graph) << graph.error().message();
  const auto before = widths(network()), after = widths(*graph);
  for (std::size_t i = 0; i < after.size(); ++i)
    EXPECT_TRUE(after[i] == before[i] || after[i] % 4 == 0) << after[i];
}

TEST(ChannelPrune, TheLeastOfALayerGoFirst) {
  Graph graph = network();
  for (const std::int64_t index : {2, 5, 7}) {
    scale(graph, "in.w", index, 0.01f);
    scale(graph, "wide.norm.scale", index, 0.01f);
  }
  const Channels channels = channels_of(graph);
  const auto first_three = [&](const ChannelScores& scores, std::size_t group) {
    std::vector<int> order = channels.groups[group].columns;
    std::ranges::sort(order, {}, [&](int c) { return scores[std::size_t(c)]; });
    for (int& c : order) c -= channels.groups[group].columns.front();
    std::sort(order.begin(), order.begin() + 3);
    return std::vector<int>(order.begin(), order.begin() + 3);
  };
  EXPECT_EQ(channels.groups[1].name, "in");
  EXPECT_THAT(first_three(l1_scores(graph, channels), 1), ElementsAre(2, 5, 7));
  EXPECT_EQ(channels.groups[2].name, "wide");
  EXPECT_THAT(first_three(gamma_scores(graph, channels), 2), ElementsAre(2, 5, 7));
  const auto l1 = pruned(graph, "channel_prune:ratio=0.05");
  ASSERT_TRUE(l1) << l1.error().message();
  EXPECT_THAT(widths(*l1), ElementsAre(12, 7, 12, 24, 24));
  const auto gamma = pruned(graph, "channel_prune:ratio=0.05:criterion=bn_gamma");
  ASSERT_TRUE(gamma) << gamma.error().message();
  EXPECT_THAT(widths(*gamma), ElementsAre(12, 10, 12, 21, 21));
}

TEST(ChannelPrune, ScoresFromOutside) {
  const Graph graph = network();
  const Channels channels = channels_of(graph);
  ChannelScores scores(std::size_t(channels.columns), 1000);
  for (const int column : {3, 13, 20}) scores[std::size_t(column)] = 0.001;
  const std::int64_t filters = amount_of(graph, channels, {.of = ChannelObjective::filters});
  EXPECT_EQ(filters, 12 + 10 + 12 + 24);
  const auto columns = choose_channels(graph, channels, scores,
                                       {.of = ChannelObjective::filters, .at_most = filters - 4});
  ASSERT_TRUE(columns) << columns.error().message();
  EXPECT_THAT(*columns, testing::UnorderedElementsAre(3, 13, 20));
  EXPECT_THAT(choose_channels(graph, channels, std::vector<double>{1}, {}).error().message(),
              HasSubstr("1 scores for 46 columns"));
  scores[4] = NAN;
  EXPECT_THAT(choose_channels(graph, channels, scores, {}).error().message(),
              AllOf(HasSubstr("stem and 1 more"), HasSubstr("column 4 is no number")));
}

TEST(ChannelPrune, KeptLayersKeepTheirWidth) {
  const auto graph = pruned(network(), "channel_prune:macs=0.5:keep=^stem$");
  ASSERT_TRUE(graph) << graph.error().message();
  EXPECT_EQ(widths(*graph)[0], 12);
  EXPECT_EQ(widths(*graph)[2], 12);
  const auto depthwise = pruned(network(), "channel_prune:macs=0.5:keep=depthwise");
  ASSERT_TRUE(depthwise) << depthwise.error().message();
  EXPECT_EQ(widths(*depthwise)[3], 24);
}

TEST(ChannelPrune, RefusalsSayWhy) {
  const auto refused = [](const Graph& graph, const char* text) {
    const auto result = pruned(graph, text);
    EXPECT_FALSE(result) << text;
    if (result) return std::string();
    EXPECT_TRUE(result.error().refused) << text;
    return result.error().message();
  };
  EXPECT_THAT(refused(network(), "channel_prune:macs=0.999"),
              AllOf(HasSubstr("MACs at most"), HasSubstr("3 groups"),
                    HasSubstr("beside fc (the network's outputs need them)")));
  EXPECT_THAT(refused(network(), "channel_prune:macs=0.5:keep=."), HasSubstr("3 kept"));
  EXPECT_THAT(refused(network(false), "channel_prune:macs=0.5:criterion=bn_gamma"),
              AllOf(HasSubstr("stem and 1 more"), HasSubstr("renormalise")));
  EXPECT_THAT(refused(network(), "channel_prune:macs=0.5:epochs=3"), HasSubstr("needs images"));
  EXPECT_TRUE(pruned(network(false), "channel_prune:macs=0:criterion=bn_gamma:keep=."));
}

TEST(ChannelPrune, WrongParametersAreErrors) {
  const auto message = [](const char* text) {
    const auto result = pruned(network(), text);
    return result ? "no error" : result.error().message();
  };
  EXPECT_THAT(message("channel_prune"),
              HasSubstr("one of macs, parameters, ratio and latency, but 0"));
  EXPECT_THAT(message("channel_prune:macs=0.5:ratio=0.5"), HasSubstr("but 2 are given"));
  EXPECT_THAT(message("channel_prune:macs=1.5"), HasSubstr("macs: must be a share"));
  EXPECT_THAT(message("channel_prune:macs=half"), HasSubstr("'half' is not a number"));
  EXPECT_THAT(message("channel_prune:macs=0.5:round=0"), HasSubstr("round: must be at least 1"));
  EXPECT_THAT(message("channel_prune:macs=0.5:criterion=l2"), HasSubstr("unknown criterion 'l2'"));
  EXPECT_THAT(message("channel_prune:macs=0.5:scope=all"), HasSubstr("must be global or layer"));
  EXPECT_THAT(message("channel_prune:macs=0.5:keep=("), HasSubstr("is no regular expression"));
}

}  // namespace
}  // namespace dlis
