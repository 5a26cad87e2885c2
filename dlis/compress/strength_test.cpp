// Tests the search for a strength, with accuracies that follow from what is left of a network.
#include "dlis/compress/strength.h"

#include <gmock/gmock.h>

#include "dlis/compress/test_network.h"

namespace dlis {
namespace {

using testing::AllOf;
using testing::HasSubstr;

Graph network() {
  TestNetwork net({1, 3, 6, 6});
  ValueId x = net.conv("stem", net.input(), 40, {.kernel = 3});
  x = net.relu("relu", net.conv("wide", x, 60));
  return net.finish(net.dense("fc", net.flatten("flat", x), 4));
}

class Strength : public testing::Test {
 protected:
  // A tenth of a point goes with each hundredth of the weights and of the multiply-adds.
  Result<FoundStrength> find(const std::string& chain, double most_drop) {
    std::vector<Choice> choices;
    for (std::size_t from = 0, to = 0; to != std::string::npos; from = to + 1) {
      to = chain.find('+', from);
      choices.push_back(parse_choice(chain.substr(from, to - from)).value());
    }
    StrengthSearch search{most_drop, {}, "drawn images", {}};
    search.top1 = [&](const Graph& graph) -> Result<double> {
      ++evaluations_;
      const double macs = double(macs_of(graph)) / double(macs_of(network()));
      return 70 + 10 * density_of(graph) + 10 * macs;
    };
    search.report = [&](const std::string& line) { lines_.push_back(line); };
    return find_strength(network(), choices, {}, search);
  }
  std::string message(const std::string& chain, double most_drop = 1) {
    const auto found = find(chain, most_drop);
    return found ? "no error" : found.error().message();
  }

  int evaluations_ = 0;
  std::vector<std::string> lines_;
};

TEST_F(Strength, IsTheLargestThatLosesNoMore) {
  for (const int hundredths : {1, 7, 30, 64, 84}) {
    evaluations_ = 0;
    lines_.clear();
    const auto found = find("weight_prune", hundredths / 10.0 + 0.05);
    ASSERT_TRUE(found) << found.error().message();
    EXPECT_DOUBLE_EQ(std::stod(found->chain[0].parameters.at("zeros")), hundredths / 100.0);
    EXPECT_LE(evaluations_, 8);
    EXPECT_GE(lines_.size(), 7u);
  }
  const auto found = find("weight_prune:all=1", 5.02);
  EXPECT_EQ(text_of(found->chain[0]), "weight_prune:all=1:zeros=0.5");
  EXPECT_THAT(found->note, AllOf(HasSubstr("zeros=0.5 is the largest"),
                                 HasSubstr("5.00 of 90.00 %"), HasSubstr("drawn images")));
  EXPECT_THAT(lines_[1], HasSubstr("zeros=0.5: top-1"));
}

// Nothing is trained, so it takes neither images nor LibTorch; gradients are replaced by norms.
TEST_F(Strength, EpochsStayForAfterwards) {
  const auto found = find("channel_prune:criterion=taylor:epochs=5:teacher=dense", 3.05);
  ASSERT_TRUE(found) << found.error().message();
  const auto& parameters = found->chain[0].parameters;
  EXPECT_EQ(parameters.at("epochs"), "5");
  EXPECT_EQ(parameters.at("criterion"), "taylor");
  EXPECT_NEAR(std::stod(parameters.at("macs")), 0.3, 0.02);
}

TEST_F(Strength, TheWholeChainCounts) {
  const auto found = find("weight_prune:zeros=0.2+channel_prune", 5.05);
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_EQ(found->chain[0], parse_choice("weight_prune:zeros=0.2").value());
  EXPECT_NEAR(std::stod(found->chain[1].parameters.at("macs")), 0.3, 0.03);
}

TEST_F(Strength, WhatIsRefusedIsTooMuch) {
  const auto found = find("weight_prune:keep=fc", 100);
  ASSERT_TRUE(found) << found.error().message();  // wide has 2400 of 7320 weights
  EXPECT_EQ(found->chain[0].parameters.at("zeros"), "0.32");
  EXPECT_THAT(message("weight_prune:keep=."), HasSubstr("but only 0 are neither"));
}

TEST_F(Strength, ErrorsAreOneSentence) {
  EXPECT_THAT(message("weight_prune", 0.05),
              HasSubstr("even zeros=0.01 loses 0.10 points of top-1 accuracy in one shot, where "
                        "0.05 are allowed; allow more, or give zeros"));
  EXPECT_THAT(message("weight_prune+channel_prune"),
              HasSubstr("weight_prune and channel_prune both lack their strength"));
  EXPECT_THAT(message("weight_prune:zero=1"), HasSubstr("did you mean zeros?"));
  EXPECT_THAT(message("weight_prune:granularity=2of4"), HasSubstr("write zeros=0.5"));
  EXPECT_THAT(message("none"), HasSubstr("no technique lacks its strength"));
}

TEST(Strengths, AreParametersOfTheirRow) {
  for (const Technique* row : techniques())
    for (const char* name : row->strengths)
      EXPECT_TRUE(std::ranges::any_of(row->parameters, [&](const ParameterSpec& parameter) {
        return parameter.name == std::string_view(name);
      })) << name;
  for (const char* lacking : {"weight_prune", "channel_prune:round=8"})
    EXPECT_TRUE(lacks_strength(parse_choice(lacking).value())) << lacking;
  for (const char* whole : {"weight_prune:zeros=0.5", "channel_prune:latency=0.5", "ternarise",
                            "none", "quantise", "no_row"})
    EXPECT_FALSE(lacks_strength(parse_choice(whole).value())) << whole;
}

}  // namespace
}  // namespace dlis
