// The way from the best stack to the plain one: through records that are there, past those that are
// not.
#include "dlis/explore/report/ablation.h"

#include <gmock/gmock.h>

#include "dlis/explore/report/test_records.h"

namespace dlis {
namespace {

using test::record;
using testing::ElementsAre;
using testing::HasSubstr;

const char* const kBest = "m | weight_prune:zeros=0.9 | csr | auto/static | cpu:2";
const char* const kOneWorker = "m | weight_prune:zeros=0.9 | csr | auto/static | cpu:1";
const char* const kDense = "m | weight_prune:zeros=0.9 | dense | auto/static | cpu:1";
const char* const kPlain = "m | none | dense | auto/static | cpu:1";

std::vector<Record> the_whole_way() {
  return {record(kPlain, 10, 90.5, 1, 4 << 20), record(kDense, 10, 90, 0.1, 4 << 20),
          record(kOneWorker, 5, 90, 0.1, 1 << 20), record(kBest, 2.5, 90, 0.1, 2 << 20)};
}

TEST(Ablation, EachStepIsOneLayerAndTheStepsMultiplyToTheWhole) {
  const auto entries = entries_of(the_whole_way());
  const auto all = ablations(entries, "run.db");
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].best->number, 4u);
  ASSERT_NE(all[0].plain, nullptr);
  EXPECT_EQ(all[0].plain->number, 1u);
  EXPECT_TRUE(all[0].missing.empty());
  ASSERT_EQ(all[0].steps.size(), 3u);
  std::vector<std::string> layers;
  double product = 1;
  for (const AblationStep& step : all[0].steps) {
    layers.push_back(step.layers);
    product *= step.times.value;
  }
  EXPECT_THAT(layers, ElementsAre("device", "format", "compress"));
  EXPECT_NEAR(product, 4, 1e-9);
  EXPECT_EQ(all[0].steps[1].from, "csr");
  EXPECT_EQ(all[0].steps[1].to, "dense");
  EXPECT_NEAR(all[0].steps[1].times.value, 2, 1e-9);
  EXPECT_NEAR(all[0].steps[1].bytes, 0.25, 1e-9);
  EXPECT_NEAR(all[0].steps[2].points->value, -0.5, 1e-9);
  EXPECT_THAT(all[0].fixed, ElementsAre("schedule", "compute"));
}

TEST(Ablation, AMissingStackIsNamedWithTheCommandThatMeasuresIt) {
  auto records = the_whole_way();
  records.erase(records.begin() + 1);  // dense weights of the pruned network
  const auto entries = entries_of(records);
  const auto all = ablations(entries, "my run.db");
  ASSERT_EQ(all[0].steps.size(), 2u);
  EXPECT_EQ(all[0].steps[1].layers, "format + compress");
  ASSERT_EQ(all[0].missing.size(), 1u);
  EXPECT_EQ(all[0].missing[0].stack, kDense);
  EXPECT_EQ(all[0].missing[0].refused, "");
  EXPECT_EQ(
      all[0].missing[0].command,
      "dlis explore m --compress weight_prune:zeros=0.9 --format dense --compute auto "
      "--schedule static --threads 1 --device cpu --data images:d --seconds 2 -o 'my run.db'");
}

TEST(Ablation, AStackThatWasRefusedNeedsNoCommand) {
  auto records = the_whole_way();
  records[1] = test::refused(kDense, "it may not");
  const auto entries = entries_of(records);
  const auto all = ablations(entries, "run.db");
  ASSERT_EQ(all[0].missing.size(), 1u);
  EXPECT_EQ(all[0].missing[0].refused, "it may not");
  EXPECT_EQ(all[0].missing[0].command, "");
}

TEST(Ablation, WithoutThePlainStackItEndsWhereTheRecordsEnd) {
  auto records = the_whole_way();
  records[0] = record("m | none | csr | auto/static | cpu:2", 30, 90.5);
  const auto entries = entries_of(records);
  const auto all = ablations(entries, "run.db");
  EXPECT_EQ(all[0].plain, nullptr);
  EXPECT_THAT(all[0].missing.back().stack, kPlain);
}

TEST(Ablation, ThePlainStackMayBeTheBest) {
  const auto entries = entries_of(std::vector{record(kPlain, 1, 90), record(kBest, 3, 90)});
  const auto all = ablations(entries, "run.db");
  EXPECT_TRUE(all[0].steps.empty());
  EXPECT_EQ(all[0].plain, all[0].best);
  const auto none = entries_of(std::vector{test::refused(kPlain, "no")});
  EXPECT_TRUE(ablations(none, "run.db").empty());
}

TEST(Ablation, WithoutLabelsTheBestStackAnswersAsTheUncompressedNetwork) {
  auto records = the_whole_way();
  for (Record& r : records) {
    r.set("top1", {});
    r.set("agreement", r.text("stack") == kBest ? 60.0 : 99.5);
  }
  const auto entries = entries_of(records);
  EXPECT_EQ(ablations(entries, "run.db")[0].best->number, 3u);
}

TEST(Ablation, AnEarlierRecordDoesNotKnowItsData) {
  auto records = the_whole_way();
  records.erase(records.begin() + 1);
  for (Record& r : records) r.set("command", {});
  const auto entries = entries_of(records);
  EXPECT_THAT(ablations(entries, "run.db")[0].missing[0].command,
              HasSubstr(" --data DATA -o run.db"));
}

}  // namespace
}  // namespace dlis
