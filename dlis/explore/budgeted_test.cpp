// A search on made-up stacks: it spends what it may, says what it dropped, and goes on when killed.
#include "dlis/explore/budgeted.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>
#include <set>
#include <thread>

#include "dlis/base/test_folder.h"
#include "dlis/explore/answer.h"
#include "dlis/explore/screening.h"

namespace dlis {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// 60 stacks with the same record each time, so that two runs can be compared.
class BudgetedTest : public testing::Test {
 protected:
  void SetUp() override {
    Space space;
    space.models = {"resnet20"};
    space.compress = {"none", "quantise:type=int8", "weight_prune:zeros=0.5",
                      "weight_prune:zeros=0.9", "channel_prune:macs=0.5"};
    space.format = {"dense", "bf16", "csr"};
    space.schedule = {"static", "dynamic"};
    space.threads = {1, 2};
    stacks_ = stacks_of(space).value();
    options_.budget_seconds = 1e6;
  }

  static Record record_of(const Stack& stack, std::int64_t images) {
    const std::string technique = text_of(stack.compress);
    double top1 = 92, ms = 8, bytes = 4e6, file = 1e6;
    if (technique == "quantise:type=int8") top1 = 91.5, ms = 3, bytes = 1e6, file = 3e5;
    if (technique == "weight_prune:zeros=0.5") top1 = 91.8, file = 7e5;
    if (technique == "weight_prune:zeros=0.9") top1 = 60, file = 2e5;
    if (technique == "channel_prune:macs=0.5") top1 = 85, ms = 5, bytes = 2e6, file = 5e5;
    if (stack.format == "csr") ms *= technique.starts_with("weight") ? 0.6 : 2, bytes *= 0.7;
    if (stack.format == "bf16") bytes *= 0.8, ms *= 1.05;
    if (stack.schedule.name == "dynamic") ms *= 1.01;
    Record r;
    r.set("stack", text_of(stack));
    r.set("model", stack.model);
    r.set("compress", technique);
    r.set("format", stack.format);
    if (stack.format == "bf16" && technique == "quantise:type=int8")
      r.set("refused", "no layer accepts bf16");
    else
      r.set("median_ms", ms / (stack.threads == 2 ? 1.8 : 1));
    r.set("top1", top1);
    r.set("images", images);
    r.set("peak_bytes", std::int64_t(bytes * (stack.threads == 2 ? 1.1 : 1)));
    r.set("file_bytes", std::int64_t(file));
    return r;
  }

  Measuring measuring(std::int64_t images, double sleep_ms = 0) {
    Measuring m;
    m.key = [images](const Stack& stack) -> Result<std::string> {
      return fmt::format("{} {}", images, text_of(stack));
    };
    m.evaluate = [this, images, sleep_ms](const Stack& stack, const auto&) -> Result<Record> {
      ++evaluated_;
      std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(sleep_ms));
      return record_of(stack, images);
    };
    return m;
  }

  Result<BudgetResult> run(const std::string& name = "run", double sleep_ms = 0,
                           const Report& report = {}) {
    Store screened = Store::open(folder_.path / (name + ".screen.db")).value();
    Store store = Store::open(folder_.path / (name + ".db")).value();
    return explore_within(stacks_, {measuring(500, sleep_ms), &screened},
                          {measuring(10'000, sleep_ms), &store}, options_, report);
  }
  std::vector<Record> records(const std::string& name = "run") const {
    return Store::open_existing(folder_.path / (name + ".db")).value().all().value();
  }

  std::vector<std::string> lines_of(const std::string& name) const {
    std::vector<std::string> lines;
    for (const Record& record : records(name)) lines.push_back(to_json(record));
    return lines;
  }

  TestFolder folder_{"budgeted"};
  std::vector<Stack> stacks_;
  BudgetOptions options_;
  int evaluated_ = 0;
};

TEST_F(BudgetedTest, FindsTheAnswerWithoutEvaluatingAll) {
  options_.constraints = parse_constraints({"91", "", "", "500K"}).value();
  const auto result = run();
  ASSERT_TRUE(result) << result.error().message();
  EXPECT_EQ(result->stacks, 60);
  EXPECT_LT(result->screened, 45);
  EXPECT_FALSE(result->out_of_budget);
  EXPECT_THAT(answer(records(), options_.constraints).value().text,
              StartsWith("Ship `resnet20 | quantise:type=int8 | dense | auto/static | cpu:2`"));
}

TEST_F(BudgetedTest, WhatIsDroppedIsARecordWithItsReason) {
  options_.constraints = parse_constraints({"91", "", "", "500K"}).value();
  ASSERT_TRUE(run());
  std::set<std::string> reasons;
  for (const Record& r : records())
    if (r.text("refused").starts_with(kDropped))
      reasons.insert(r.text("compress") + ": " + r.text("refused"));
  const auto all = testing::PrintToString(reasons);
  EXPECT_THAT(all, HasSubstr("weight_prune:zeros=0.5: dropped: its file takes 683.59 KiB, beyond "
                             "--max-bytes 500K"));
  EXPECT_THAT(all, HasSubstr("weight_prune:zeros=0.9: dropped: 60.00 % top-1 after 500 images"));
  EXPECT_THAT(all, HasSubstr("quantise:type=int8: dropped: dominated by `resnet20 | quantise"));
}

TEST_F(BudgetedTest, WithoutConstraintsItFindsTheFront) {
  const auto result = run();
  ASSERT_TRUE(result);
  std::vector<Point3> all, found;
  const Reference corner = reference_of(record_of(stacks_[0], 10'000), {});
  for (const Stack& stack : stacks_)
    if (const auto a = achieved_of(record_of(stack, 10'000))) all.push_back(point_of(*a, corner));
  for (const Record& r : records())
    if (const auto a = achieved_of(r)) found.push_back(point_of(*a, corner));
  EXPECT_GT(hypervolume(found), 0.98 * hypervolume(all));
}

TEST_F(BudgetedTest, ASecondRunEvaluatesNothingAndAWiderOneMore) {
  ASSERT_TRUE(run());
  const int first = evaluated_;
  const auto before = records();
  const auto again = run();
  EXPECT_EQ(evaluated_, first);
  EXPECT_EQ(records(), before);
  EXPECT_EQ(again->screened + again->measured, first);
  options_.search.least_gain = -1;  // everything is worth a look
  ASSERT_TRUE(run());
  EXPECT_GT(evaluated_, first);
}

TEST_F(BudgetedTest, TheBudgetEndsIt) {
  options_.budget_seconds = 1;
  const auto result = run("short", 75);
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->out_of_budget);
  EXPECT_LE(result->spent_seconds, 1.5);
  EXPECT_GT(result->screened, 1);
  EXPECT_GE(records("short").size(), 1u) << "part of the budget is for the finals";
}

TEST_F(BudgetedTest, StopsWhenAsked) {
  int asked = 0;
  const auto result = run("run", 0, [&](const Progress&) { return ++asked < 9; });
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->stopped);
  EXPECT_TRUE(records().empty());
  EXPECT_FALSE(run()->stopped);
}

// Its tables are those of a run that was left alone, whenever it was killed. The records are the
// same in both runs, the seconds are not: so those do not count here.
TEST_F(BudgetedTest, KilledAtRandomMomentsItGoesOnToTheSameTable) {
  options_.search.thrift = 0;
  options_.constraints = parse_constraints({"80", "", "", ""}).value();
  ASSERT_TRUE(run("whole"));
  std::mt19937 random(11);
  int kills = 0;
  for (bool done = false; !done;) {
    const pid_t child = fork();
    if (child == 0) _exit(run("killed", 3) ? 0 : 1);
    std::this_thread::sleep_for(std::chrono::milliseconds(5 + random() % 60));
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    done = WIFEXITED(status);
    ASSERT_TRUE(!done || WEXITSTATUS(status) == 0);
    ASSERT_LT(kills += !done, 500) << "it gets nowhere";
  }
  EXPECT_GT(kills, 2);
  EXPECT_EQ(lines_of("killed"), lines_of("whole"));
  EXPECT_EQ(lines_of("killed.screen"), lines_of("whole.screen"));
}

TEST(Duration, IsANumberWithAUnit) {
  EXPECT_EQ(parse_duration("90s", "").value(), 90);
  EXPECT_EQ(parse_duration("10m", "").value(), 600);
  EXPECT_EQ(parse_duration("1.5h", "").value(), 5400);
  for (const char* bad : {"", "10", "m", "-1m", "0s", "1d", "999999h", "1m30s"})
    EXPECT_THAT(parse_duration(bad, "--budget").error().message(), HasSubstr("10m"));
}

}  // namespace
}  // namespace dlis
