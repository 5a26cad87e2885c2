// Every executor leaves the same store, whatever happens to the machines that it uses.
#include <gmock/gmock.h>

#include <algorithm>

#include "dlis/base/capability.h"
#include "dlis/explore/executor.h"
#include "dlis/explore/fake_slurm.h"
#include "dlis/explore/record_file.h"
#include "dlis/explore/sweep.h"

namespace dlis {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ExecutorTest : public testing::Test {
 protected:
  ExecutorTest() {
    Space space;
    space.models = {"resnet20"};
    space.format = {"dense", "bf16", "csr"};
    space.threads = {1, 2};
    stacks_ = stacks_of(space).value();
    // A key is the name of a file.
    measuring_.key = [](const Stack& stack) -> Result<std::string> {
      return stack.format + std::to_string(stack.threads);
    };
    measuring_.evaluate = [this](const Stack& stack, const auto&) -> Result<Record> {
      Record record;
      record.set("stack", text_of(stack));
      if (stack.format == "csr") record.set("refused", "no layer accepts csr");
      std::ofstream(slurm_.folder.path / "ran", std::ios::app) << text_of(stack) << "\n";
      return record;
    };
    Execution& how = measuring_.execution;
    how.executor = "slurm";
    how.folder = slurm_.folder.path / "store.db.jobs 100%";
    how.command = {slurm_.evaluate()};
    how.poll_seconds = 0.02;
    how.patience_seconds = 0.5;
  }

  Result<SweepResult> run(const Report& report = {}) {
    Store store = Store::open(file_).value();
    return sweep(stacks_, store, measuring_, report);
  }
  // Sorted: records come in the order in which tasks end.
  std::vector<std::string> stored() {
    std::vector<std::string> lines;
    const Store store = Store::open_existing(file_).value();
    const std::vector<Record> records = store.all().value();
    for (const Record& record : records)
      lines.push_back(record.text("stack") + " " + record.text("refused"));
    std::ranges::sort(lines);
    return lines;
  }
  std::vector<std::string> expected() const {
    std::vector<std::string> lines;
    for (const Stack& stack : stacks_)
      lines.push_back(text_of(stack) + (stack.format == "csr" ? " no layer accepts csr" : " "));
    std::ranges::sort(lines);
    return lines;
  }
  void expect_all(const Result<SweepResult>& result) {
    ASSERT_TRUE(result) << result.error().message();
    EXPECT_FALSE(result->stopped);
    EXPECT_EQ(result->progress.done, 6);
    EXPECT_EQ(stored(), expected());
  }

  FakeSlurm slurm_;
  fs::path file_ = slurm_.folder.path / "store.db";
  std::vector<Stack> stacks_;
  Measuring measuring_;
};

class ExecutorRows : public ExecutorTest, public testing::WithParamInterface<const Executor*> {
 protected:
  ExecutorRows() { measuring_.execution.executor = GetParam()->name; }
};

TEST_P(ExecutorRows, EveryStackOnce) {
  expect_all(run());
  EXPECT_EQ(slurm_.lines("ran").size(), 6u);
  const auto again = run();
  expect_all(again);
  EXPECT_EQ(again->progress.reused, 6);
  EXPECT_EQ(slurm_.lines("ran").size(), 6u);
  EXPECT_FALSE(fs::exists(measuring_.execution.folder));
}

TEST_P(ExecutorRows, RecordsAreFinishedBeforeTheyAreKept) {
  measuring_.finish = [](const Stack& stack, Record& record) {
    record.set("artifact", "made of " + text_of(stack));
  };
  expect_all(run());
  const auto records = Store::open_existing(file_)->all().value();
  for (const Record& record : records)
    EXPECT_EQ(record.text("artifact"), "made of " + record.text("stack"));
}

TEST_P(ExecutorRows, TheSameStackTwiceIsOneRecord) {
  stacks_.push_back(stacks_.front());
  const auto result = run();
  ASSERT_TRUE(result) << result.error().message();
  EXPECT_EQ(result->progress.done, 7);
  EXPECT_EQ(stored().size(), 6u);
}

TEST_P(ExecutorRows, AStopLosesAndDoublesNothing) {
  const auto stopped = run([](const Progress& p) {
    return p.done < 2 && p.phase.find("6 in the queue") == std::string::npos;
  });
  ASSERT_TRUE(stopped) << stopped.error().message();
  EXPECT_TRUE(stopped->stopped);
  expect_all(run());
  EXPECT_EQ(slurm_.lines("ran").size(), 6u);
}

TEST_P(ExecutorRows, NothingToDoNeedsNothing) {
  stacks_.clear();
  slurm_.remove("bin/sbatch");
  slurm_.remove("bin/squeue");
  const auto result = run();
  ASSERT_TRUE(result) << result.error().message();
  EXPECT_EQ(result->progress.done, 0);
}

INSTANTIATE_TEST_SUITE_P(Executors, ExecutorRows,
                         testing::ValuesIn(executors().begin(), executors().end()),
                         [](const auto& row) { return std::string(row.param->name); });

TEST_F(ExecutorTest, AnUnknownExecutorIsNamed) {
  measuring_.execution.executor = "slum";
  EXPECT_THAT(run().error().message(), HasSubstr("did you mean slurm"));
}

TEST_F(ExecutorTest, MisfortunesOfTasksLeaveTheSameStore) {
  for (const char* misfortune : {"twice", "requeue", "late", "lose", "wrong", "deaf", "silent"}) {
    SCOPED_TRACE(misfortune);
    fs::remove(file_);
    slurm_.put("submitted", "");
    slurm_.suffer(misfortune);
    expect_all(run());
    slurm_.remove(misfortune);
    slurm_.wait_until_idle();
  }
}

TEST_F(ExecutorTest, ALostTaskIsSubmittedAgainAndNoOther) {
  slurm_.suffer("lose");
  expect_all(run());
  EXPECT_EQ(slurm_.lines("submitted").size(), 2u);
  EXPECT_THAT(slurm_.lines("submitted")[0], HasSubstr("--array=0-5 "));
  EXPECT_THAT(slurm_.lines("submitted")[1], HasSubstr("--array=0-0 "));
  EXPECT_EQ(slurm_.lines("ran").size(), 6u);
}

TEST_F(ExecutorTest, WhatFailsIsNoRecordAndIsTriedAgainByALaterRun) {
  slurm_.suffer("fail");
  measuring_.execution.patience_seconds = 1;
  const auto failed = run();
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message(), HasSubstr("2 of 6 stacks have no record after 3 attempts"));
  EXPECT_THAT(failed.error().message(), HasSubstr("the disk is on fire"));
  EXPECT_EQ(stored().size(), 4u);
  EXPECT_GE(slurm_.lines("ran").size(), 4u + 2 * 3);  // more where a record is late
  slurm_.remove("fail");
  expect_all(run());
  EXPECT_FALSE(fs::exists(measuring_.execution.folder));
}

TEST_F(ExecutorTest, LateRecordsOfAnEarlierRunCount) {
  // As left behind by an explorer that was killed: a record, a half one, one that is in the store.
  const fs::path records = measuring_.execution.folder / "records";
  Record record;
  record.set("stack", text_of(stacks_[0]));
  fs::create_directories(records);
  ASSERT_TRUE(write_record_file(records / "dense1.json", "dense1", {record, 4}));
  std::ofstream(records / "dense2.json.7.0.tmp") << "{\"key\":\"den";
  expect_all(run());
  EXPECT_EQ(Store::open_existing(file_)->seconds_of("dense1").value(), 4);
  EXPECT_EQ(slurm_.lines("ran").size(), 5u);
  fs::create_directories(records);
  record.set("refused", "nothing of this is true any more");
  ASSERT_TRUE(write_record_file(records / "dense1.json", "dense1", {record, 4}));
  expect_all(run());
}

TEST_F(ExecutorTest, LargeExplorationsAreSeveralArrays) {
  slurm_.put("bin/scontrol", "#!/bin/sh\necho 'MaxArraySize = 4'\n");
  measuring_.execution.at_once = 2;
  measuring_.execution.options = "partition=gpu  gres=gpu:1 exclusive --mem=1G";
  expect_all(run());
  const auto submitted = slurm_.lines("submitted");
  ASSERT_EQ(submitted.size(), 2u);
  EXPECT_THAT(submitted[0], HasSubstr("--partition=gpu --gres=gpu:1 --exclusive --mem=1G "));
  EXPECT_THAT(submitted[0], HasSubstr("--array=0-3%2 "));
  EXPECT_THAT(submitted[1], HasSubstr("--array=0-1%2 "));
}

TEST_F(ExecutorTest, ALimitOfTheClusterIsKeptTo) {
  slurm_.suffer("limit");
  expect_all(run());
}

TEST_F(ExecutorTest, SaysWhatIsWrongWithTheCluster) {
  slurm_.suffer("refuse");
  EXPECT_THAT(run().error().message(), HasSubstr("Invalid partition name specified"));
  slurm_.put("bin/squeue", "#!/bin/sh\necho 'squeue: error: no cluster here' >&2\nexit 1\n");
  EXPECT_THAT(run().error().message(), HasSubstr("no cluster here"));
  slurm_.remove("bin/squeue");
  setenv("PATH", (slurm_.folder.path / "bin").c_str(), 1);  // where a real one might be
  EXPECT_THAT(run().error().message(), HasSubstr(lacking(slurm_capability).message()));
  measuring_.execution.folder = slurm_.folder.path / "ran" / "jobs";
  EXPECT_THAT(run().error().message(), HasSubstr("the folder of jobs cannot be made"));
}

TEST(Slurm, NodesOfOneKindAreOneMachine) {
  const Executor& slurm = **find_executor("slurm");
  Execution how;
  how.options = "partition=gpu time=1:00:00 gres=gpu:1";
  EXPECT_EQ(slurm.machine(how), "slurm partition=gpu gres=gpu:1");
}

TEST(RecordFile, HoldsTheRecordOfItsKeyAlone) {
  const TestFolder folder("record_file");
  Record record;
  record.set("stack", "a \"b\"");
  record.set("top1", 91.5);
  ASSERT_TRUE(write_record_file(folder.path / "r.json", "k1", {record, 2.5}));
  EXPECT_EQ(read_record_file(folder.path / "r.json", "k1")->record, record);
  EXPECT_EQ(read_record_file(folder.path / "r.json", "k1")->seconds, 2.5);
  const auto error = [&](const std::string& text) {
    return read_record_file(folder.put("x.json", text), "k1").error().message();
  };
  EXPECT_THAT(read_record_file(folder.path / "r.json", "k2").error().message(),
              HasSubstr("of another key"));
  EXPECT_THAT(error(to_json(record)), HasSubstr("not the record of a key"));
  EXPECT_THAT(error("{\"key\":\"k1\",\"st"), HasSubstr("not the record of a key"));
  EXPECT_THAT(error("{\"key\":1}"), HasSubstr("of another key"));
  EXPECT_THAT(error("{\"key\":\"k1\",\"moon\":1}"), HasSubstr("no field 'moon'"));
}

}  // namespace
}  // namespace dlis
