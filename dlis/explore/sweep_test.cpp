// The loop: every stack once, in order; refusals kept; stops and errors lose nothing.
#include "dlis/explore/sweep.h"

#include <gmock/gmock.h>

#include "dlis/base/test_folder.h"

namespace dlis {
namespace {

using testing::HasSubstr;

class SweepTest : public testing::Test {
 protected:
  void SetUp() override {
    Space space;
    space.models = {"resnet20"};
    space.format = {"dense", "bf16", "csr"};
    space.threads = {1, 2};
    stacks_ = stacks_of(space).value();
    measuring_.key = [](const Stack& stack) -> Result<std::string> { return text_of(stack); };
    measuring_.evaluate = [this](const Stack& stack, const auto& tell) -> Result<Record> {
      Record record;
      record.set("stack", text_of(stack));
      if (stack.format == "csr") record.set("refused", "no layer accepts csr");
      tell("timing", 0.5);
      evaluated_.push_back(text_of(stack));
      return record;
    };
  }

  Result<SweepResult> run(const Report& report = {}) {
    Store store = Store::open(folder_.path / "run.db").value();
    return sweep(stacks_, store, measuring_, report);
  }
  std::vector<std::string> stored() {
    std::vector<std::string> lines;
    const Store store = Store::open_existing(folder_.path / "run.db").value();
    const std::vector<Record> records = store.all().value();
    for (const Record& record : records) lines.push_back(record.text("stack"));
    return lines;
  }
  std::vector<std::string> all_lines() const {
    std::vector<std::string> lines;
    for (const Stack& stack : stacks_) lines.push_back(text_of(stack));
    return lines;
  }

  TestFolder folder_{"sweep"};
  std::vector<Stack> stacks_;
  Measuring measuring_;
  std::vector<std::string> evaluated_;
};

TEST_F(SweepTest, EvaluatesEveryStackOnce) {
  ASSERT_EQ(stacks_.size(), 6u);
  const auto first = run();
  ASSERT_TRUE(first) << first.error().message();
  EXPECT_FALSE(first->stopped);
  EXPECT_EQ(first->progress.done, 6);
  EXPECT_EQ(first->progress.reused, 0);
  EXPECT_EQ(evaluated_, all_lines());
  EXPECT_EQ(stored(), all_lines());

  const auto second = run();
  EXPECT_EQ(second->progress.reused, 6);
  EXPECT_EQ(evaluated_.size(), 6u);
  EXPECT_EQ(stored(), all_lines());
}

TEST_F(SweepTest, AStopKeepsWhatIsFinishedAndDropsWhatIsNot) {
  const auto result = run([](const Progress& p) { return !(p.done == 2 && p.phase == "timing"); });
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->stopped);
  EXPECT_EQ(result->progress.done, 2);
  EXPECT_EQ(stored().size(), 2u);
  const auto rest = run();
  EXPECT_EQ(rest->progress.reused, 2);
  EXPECT_FALSE(rest->stopped);
  EXPECT_EQ(stored(), all_lines());
}

TEST_F(SweepTest, AnErrorEndsItAndKeepsWhatIsFinished) {
  const auto evaluate = measuring_.evaluate;
  measuring_.evaluate = [&](const Stack& stack, const auto& tell) -> Result<Record> {
    if (stack.format == "bf16") return fail("the disk is on fire");
    return evaluate(stack, tell);
  };
  EXPECT_THAT(run().error().message(), HasSubstr("on fire"));
  EXPECT_EQ(stored().size(), 2u);
}

TEST_F(SweepTest, ProgressCountsAndEstimates) {
  std::vector<Progress> seen;
  ASSERT_TRUE(run([&](const Progress& p) { return seen.push_back(p), true; }));
  EXPECT_EQ(seen.front().done, 0);
  EXPECT_EQ(seen.front().total, 6);
  EXPECT_EQ(seen.front().seconds_left, -1);
  EXPECT_EQ(seen.front().stack, all_lines().front());
  EXPECT_EQ(seen[1].phase, "timing");
  EXPECT_EQ(seen.back().done, 6);
  EXPECT_EQ(seen.back().seconds_left, 0);
  EXPECT_EQ(seen.back().stack, "");
}

}  // namespace
}  // namespace dlis
