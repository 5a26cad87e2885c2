// Tests shares of layers by name: as text, and what techniques make of them.
#include "dlis/compress/layer_names.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "dlis/compress/technique.h"
#include "dlis/compress/test_network.h"

namespace dlis {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;

std::vector<std::pair<std::string, double>> parsed(const std::string& text) {
  std::vector<std::pair<std::string, double>> pairs;
  const std::vector<LayerShare> shares = parse_layer_shares(text).value();
  for (const LayerShare& share : shares) pairs.emplace_back(share.text, share.share);
  return pairs;
}

TEST(LayerShares, NamesMayHoldSlashesAndEqualsSigns) {
  using Pair = std::pair<std::string, double>;
  EXPECT_THAT(parsed("none"), ElementsAre());
  EXPECT_THAT(parsed("stem=0.3"), ElementsAre(Pair("stem", 0.3)));
  EXPECT_THAT(parsed("stem=0/^fc.$=1"), ElementsAre(Pair("stem", 0), Pair("^fc.$", 1)));
  EXPECT_THAT(parsed("/layer1/conv/Conv=0.3//layer2=.8"),
              ElementsAre(Pair("/layer1/conv/Conv", 0.3), Pair("/layer2", 0.8)));
  EXPECT_THAT(parsed("a=b=0.5"), ElementsAre(Pair("a=b", 0.5)));
}

TEST(LayerShares, ErrorsNameTheExpression) {
  const auto message = [](const char* text) {
    const auto shares = parse_layer_shares(text);
    return shares ? "no error" : shares.error().message();
  };
  EXPECT_THAT(message("stem=1.5/fc=0.5"), HasSubstr("the share 1.5 of 'stem' is not from 0 to 1"));
  EXPECT_THAT(message("stem=-0.1"), HasSubstr("the share -0.1 of 'stem'"));
  EXPECT_THAT(message("st(em=0.3"), HasSubstr("'st(em' is no regular expression"));
  EXPECT_THAT(message("stem=0.3/fc"), HasSubstr("'fc' is no expression with its share"));
  EXPECT_THAT(message("stem=half"), HasSubstr("'stem=half' is no expression"));
  EXPECT_THAT(message("=0.5"), HasSubstr("'=0.5' is no expression"));
  EXPECT_THAT(message("a=0.5/"), HasSubstr("write layers=REGEX=SHARE/REGEX=SHARE"));
}

// Both took more stack than there is.
TEST(LayerShares, EndlessExpressionsAndNames) {
  const std::string endless(1 << 20, 'x');
  for (const std::string& text : {endless, std::string(1 << 20, '(')})
    EXPECT_THAT(parse_expression(text, "keep").error().message(),
                HasSubstr("1048576 letters is too long; write one of at most 1000"));
  const LayerNames things[] = {{endless}, {"y" + endless}};
  EXPECT_THAT(kept_of(things, "^x.*$").value(), ElementsAre(true, false));
  EXPECT_THAT(kept_of(things, "^((x*)*)*z").value(), ElementsAre(false, false));
}

TEST(LayerShares, TheFirstThatIsFoundCounts) {
  const LayerNames things[] = {{"stem"}, {"layer1.a", "layer1.b"}, {"layer2.a"}, {"fc"}};
  const auto own = shares_of(things, parse_layer_shares("1.b=0.1/layer=0.2/fc=0.3").value());
  ASSERT_TRUE(own) << own.error().message();
  EXPECT_THAT(*own, ElementsAre(std::nullopt, Optional(0.1), Optional(0.2), Optional(0.3)));
  const auto none = shares_of(things, parse_layer_shares("fc=0.1/layer3=0.2").value());
  EXPECT_THAT(none.error().message(), HasSubstr("'layer3' is found in the name of no layer"));
}

Graph network() {
  TestNetwork net({1, 3, 6, 6});
  ValueId x = net.conv("stem", net.input(), 10, {.kernel = 3});
  x = net.relu("relu", net.conv("one", x, 20));
  x = net.relu("relu2", net.conv("two", x, 30));
  x = net.flatten("flat", net.depthwise("depthwise", x));
  return net.finish(net.dense("fc", x, 4));
}

Result<Graph> made(const std::string& choice) {
  auto result = compress(network(), std::vector{parse_choice(choice).value()});
  if (!result) return tl::unexpected(result.error());
  return std::move(result->graph);
}

double zeros_in(const Graph& graph, const std::string& layer) {
  for (const Value& value : graph.values)
    if (value.name == layer + ".w")
      return double(std::ranges::count(value.constant.as<float>(), 0.0f)) /
             double(value.constant.elements());
  ADD_FAILURE() << layer;
  return 0;
}

TEST(LayerShares, WeightsOfEachLayer) {
  for (const char* scope : {"global", "layer"}) {
    const auto graph =
        made("weight_prune:zeros=0.5:all=1:layers=one=0.3/^stem$=0.9:scope=" + std::string(scope));
    ASSERT_TRUE(graph) << graph.error().message();
    EXPECT_DOUBLE_EQ(zeros_in(*graph, "one"), 0.3);
    EXPECT_NEAR(zeros_in(*graph, "stem"), 0.9, 0.002);
    const double rest = 600 * zeros_in(*graph, "two") + 30 * zeros_in(*graph, "depthwise") +
                        1920 * zeros_in(*graph, "fc");
    EXPECT_NEAR(rest, 0.5 * (600 + 30 + 1920), 1e-6);
  }
  const auto blocks = made("weight_prune:zeros=0.5:granularity=block1x16:layers=one=0.3");
  ASSERT_TRUE(blocks) << blocks.error().message();
  EXPECT_NEAR(zeros_in(*blocks, "one"), 0.3, 16.0 / 200);
}

std::vector<std::int64_t> widths(const Graph& graph) {
  std::vector<std::int64_t> all;
  for (const Node& node : graph.nodes)
    if (std::string_view(node.op->name) == "Conv")
      all.push_back((*graph.value(node.outputs[0]).shape)[1]);
  return all;
}

TEST(LayerShares, ChannelsOfEachLayer) {
  const auto each = made("channel_prune:ratio=0.5:scope=layer:layers=one=0.2");
  ASSERT_TRUE(each) << each.error().message();
  EXPECT_THAT(widths(*each), ElementsAre(5, 16, 15, 15));
  const auto some = made("channel_prune:macs=0.4:layers=one=0.2/depthwise=0");
  ASSERT_TRUE(some) << some.error().message();
  EXPECT_EQ(widths(*some)[1], 16);
  EXPECT_EQ(widths(*some)[2], 30);
  EXPECT_LE(double(macs_of(*some)), 0.6 * double(macs_of(network())));
  const auto rounded = made("channel_prune:macs=0:round=4:layers=one=0.3");
  ASSERT_TRUE(rounded) << rounded.error().message();
  EXPECT_EQ(widths(*rounded)[1], 12);
}

TEST(LayerShares, TechniquesRefuseWhatCannotBe) {
  const auto message = [](const char* choice) {
    const auto graph = made(choice);
    return graph ? "no error" : graph.error().message();
  };
  for (const std::string row : {"weight_prune:zeros=0.1", "channel_prune:ratio=0.1"})
    EXPECT_THAT(message((row + ":layers=onee=0.3").c_str()), HasSubstr("'onee' is found in the"));
  EXPECT_THAT(message("channel_prune:ratio=0.1:layers=one=1"), HasSubstr("cannot lose all"));
  EXPECT_THAT(message("channel_prune:macs=0.9:layers=.=0.1"),
              HasSubstr("3 kept or with a share of their own"));
  EXPECT_THAT(message("weight_prune:granularity=2of4:zeros=0.5:layers=one=0.3"),
              HasSubstr("2of4 makes half of every layer zero"));
}

}  // namespace
}  // namespace dlis
