// What an exploration is asked for: when it searches, the space that a search opens, wrong texts.
#include "dlis/explore/exploration.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "dlis/explore/opened_space.h"

namespace dlis {
namespace {

using testing::HasSubstr;

bool has_technique(const OpenedSpace& opened, const std::string& text) {
  return std::ranges::any_of(opened.stacks,
                             [&](const Stack& stack) { return text_of(stack.compress) == text; });
}

TEST(Exploration, AConstraintOrABudgetMakesItSearch) {
  Exploration asked;
  EXPECT_FALSE(asked.searches());
  asked.budget = "1m";
  EXPECT_TRUE(asked.searches());
  asked.budget.clear();
  asked.constraints.max_ms = "5";
  EXPECT_TRUE(asked.searches());
  asked.grid = true;
  EXPECT_FALSE(asked.searches());
}

TEST(Exploration, WrongTextsAreToldBeforeAnythingIsOpened) {
  Exploration asked;
  asked.space.models = {"resnet20"};
  asked.store = "none/run.db";
  const auto told = [&] { return explore(asked, {}).error().message(); };
  EXPECT_THAT(told(), HasSubstr("none/run.db"));
  asked.constraints.min_top1 = "92";
  EXPECT_THAT(told(), HasSubstr("accuracy is not measured without data"));
  asked.constraints.min_top1 = "-1";
  EXPECT_THAT(told(), HasSubstr("more than 0"));
  asked.constraints = {};
  asked.budget = "soon";
  EXPECT_THAT(told(), HasSubstr("--budget"));
}

TEST(Exploration, ASearchOpensTheAxesThatAreNotGivenAndBeginsWithTheDenseNetwork) {
  Space space;
  space.models = {"resnet20"};
  const OpenedSpace all = open_space(space, {}, {}).value();
  EXPECT_EQ(text_of(all.stacks[0]), "resnet20 | none | dense | auto/static | cpu:1");
  EXPECT_EQ(std::ranges::count(all.stacks, all.stacks[0]), 1);
  EXPECT_TRUE(has_technique(all, "weight_prune:zeros=0.5"));
  EXPECT_FALSE(has_technique(all, "quantise:type=int8"));  // which needs images
  EXPECT_GT(all.macs, 1'000'000);
  EXPECT_EQ(all.images, 0);
  EvaluateOptions with_images;
  with_images.data = "synthetic:9";
  const OpenedSpace more = open_space(space, with_images, {}).value();
  EXPECT_TRUE(has_technique(more, "quantise:type=int8"));
  EXPECT_EQ(more.images, 9);
  space.compress = {"ternarise"};
  space.format = {"csr"};
  space.threads = {1};
  const OpenedSpace given = open_space(space, {}, {}).value();
  EXPECT_EQ(given.stacks.size(), 2u);
  space.models = {};
  EXPECT_THAT(open_space(space, {}, {}).error().message(), HasSubstr("begins with a network"));
}

TEST(Exploration, ASearchRetrainsWhatTakesOutWeightsWhereItIsAskedTo) {
  Space space;
  space.models = {"resnet20"};
  EvaluateOptions options;
  options.data = "synthetic:9";
  const OpenedSpace opened = open_space(space, options, {{}, "2"}).value();
  EXPECT_TRUE(has_technique(opened, "channel_prune:epochs=2:macs=0.5"));
  for (const char* wrong : {"0", "-1", "many", "1e9"})
    EXPECT_THAT(open_space(space, options, {{}, wrong}).error().message(), HasSubstr("--retrain"));
}

TEST(Exploration, MemoryIsASizeOrNoLimit) {
  EXPECT_EQ(parse_memory("").value(), 0u);
  EXPECT_EQ(parse_memory("64M").value(), std::size_t(64) << 20);
  EXPECT_THAT(parse_memory("0").error().message(), HasSubstr("cannot do without memory"));
  EXPECT_FALSE(parse_memory("much"));
}

}  // namespace
}  // namespace dlis
