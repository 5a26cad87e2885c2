// Retraining as a user sees it: stopped and gone on with, and what is wrong with its settings.
#include "command.h"
#include "dlis/dlis.h"

namespace dlis::test {
namespace {

using testing::HasSubstr;

class Retraining : public CommandTest {
 protected:
  void SetUp() override {
    CommandTest::SetUp();
    if (!can_train()) GTEST_SKIP() << "this build cannot train: LibTorch is not installed";
    const std::string all = contents(fs::path(DLIS_SOURCE_DIR) / "data/cifar10/test_batch.bin");
    for (const char* name : {"test_batch", "data_batch_1", "data_batch_2", "data_batch_3",
                             "data_batch_4", "data_batch_5"})
      write(std::string("cifar/") + name + ".bin", all.substr(0, 6 * 3073));
  }
  // Two steps an epoch.
  std::vector<std::string> command(const std::string& chain, const std::string& out,
                                   const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all{"compress", kNetwork.string(), "--compress", chain,
                                 "--data",   "cifar10:cifar",   "--set",      "batch=15",
                                 "--set",    "device=cpu",      "-o",         out};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  bool reports() const { return contents(folder_ / "err").find("epoch") != std::string::npos; }
};

TEST_F(Retraining, StoppedItGoesOnToTheSameFile) {
  const std::string chain = "weight_prune:zeros=0.5:epochs=6:ramp=0.2:every=1";
  ASSERT_EQ(run(command(chain, "whole.onnx")).status, 0);
  const auto kept = command(chain, "resumed.onnx", {"--checkpoints", "kept"});
  fs::remove(folder_ / "err");
  const pid_t child = start(kept);
  for (int i = 0; i < 60000 && !reports(); ++i)  // two minutes: a child that ended is still there
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  kill(child, SIGTERM);
  const Outcome stopped = finish(child);
  EXPECT_EQ(stopped.status, 1);
  EXPECT_THAT(stopped.err, HasSubstr("dlis: "));
  EXPECT_THAT(stopped.err, HasSubstr("stopped"));
  EXPECT_THAT(stopped.err, HasSubstr("run the same command again to go on"));
  EXPECT_FALSE(fs::exists(folder_ / "resumed.onnx"));
  ASSERT_EQ(run(kept).status, 0);
  EXPECT_EQ(contents(folder_ / "resumed.onnx"), contents(folder_ / "whole.onnx"));
  EXPECT_TRUE(fs::is_empty(folder_ / "kept"));
}

// More cuts than steps over which zeros grow are one a step.
TEST_F(Retraining, AnyNumberOfCutsIsPossible) {
  const std::string chain = "winograd_prune:zeros=0.5:epochs=3:keep=layer[23]:steps=";
  ASSERT_EQ(run(command(chain + "3", "each.onnx")).status, 0);
  for (const char* more : {"4", "9223372036854775807"}) {
    ASSERT_EQ(run(command(chain + more, "more.onnx")).status, 0);
    EXPECT_EQ(contents(folder_ / "more.onnx"), contents(folder_ / "each.onnx"));
  }
}

TEST_F(Retraining, WhatIsWrongIsFoundBeforeIt) {
  const std::string chain = "none:epochs=1";
  expect_failure(command(chain, "o.onnx", {"--set", "epochs=3"}), "says how long it trains");
  expect_failure(command(chain, "o.onnx", {"--set", "device=cuda:99"}), "CUDA device");
  expect_failure(command(chain, "o.onnx", {"--set", "rate=fast"}), "rate");
  write("file", "x");
  for (const char* verb : {"compress", "train"}) {
    auto all = command(chain, "o.onnx", {"--checkpoints", "file/kept"});
    if (all[0] = verb; all[0] == "train") all.erase(all.begin() + 2, all.begin() + 4);
    expect_failure(all, "folder for checkpoints cannot be made");
  }
  for (const char* epochs : {"-1", "nan", "1e9"}) {
    auto all = command(chain, "o.onnx", {"--epochs", epochs});
    all[0] = "train";
    all.erase(all.begin() + 2, all.begin() + 4);
    expect_failure(all, "epochs");
  }
}

// A network with two inputs, from its data to its records.
class Sensors : public CommandTest {
 protected:
  void make(const std::string& count) {
    ASSERT_EQ(run({"data", "make", "sensors", "-o", "sensors", "--count", count}).status, 0);
  }
  nlohmann::json accuracy(const std::string& model, const std::string& data = "arrays:sensors") {
    return objects({"accuracy", model, "--data", data, "--tune", "off", "--json"}).at(0);
  }
};

TEST_F(Sensors, GoThroughCompressionAndExploration) {
  make("120");
  EXPECT_EQ(accuracy("two_branch")["images"], 24);
  const Outcome made =
      run({"compress", "two_branch", "--compress", "channel_prune:macs=0.5+quantise:type=int8",
           "--data", "arrays:sensors", "-o", "small.onnx"});
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr("after"));
  EXPECT_EQ(accuracy("small.onnx")["images"], 24);
  const std::vector<std::string> all{
      "explore",   "two_branch", "--compress", "none,quantise:type=int8",
      "--format",  "auto",       "--data",     "arrays:sensors",
      "--seconds", "0.02",       "--json"};
  auto here = all, there = all;
  here.insert(here.end(), {"-o", "here.db"});
  there.insert(there.end(), {"-o", "there.db", "--target", "local:" DLIS_RUN_COMMAND});
  const auto a = objects(here), b = objects(there);
  ASSERT_EQ(a.size(), 2u);
  ASSERT_EQ(b.size(), 2u);
  std::map<std::string, double> top1;
  for (const auto& record : a) top1[record["stack"]] = record["top1"];
  for (const auto& record : b) EXPECT_EQ(top1[record["stack"]], record["top1"]) << record;
}

TEST_F(Sensors, SlowTrainingTellsThemApart) {
  if (!can_train()) GTEST_SKIP() << "this build cannot train: LibTorch is not installed";
  make("600");
  const std::vector<std::string> settings{"--data", "arrays:sensors", "--set", "batch=20",
                                          "--set",  "device=cpu",     "-o"};
  std::vector<std::string> train{"train", "two_branch", "--epochs", "6"};
  train.insert(train.end(), settings.begin(), settings.end());
  train.emplace_back("trained.onnx");
  ASSERT_EQ(run(train).status, 0) << contents(folder_ / "err");
  const double both = accuracy("trained.onnx")["top1"];
  EXPECT_GT(both, 50);
  EXPECT_LT(accuracy("trained.onnx", "arrays:sensors?without=accelerometer")["top1"], both);
  for (const char* chain : {"channel_prune:macs=0.3:criterion=fisher:epochs=1:teacher=dense",
                            "weight_prune:zeros=0.5:epochs=1", "quantise:type=int8:epochs=1"}) {
    std::vector<std::string> compress{"compress", "trained.onnx", "--compress", chain};
    compress.insert(compress.end(), settings.begin(), settings.end());
    compress.emplace_back("small.onnx");
    ASSERT_EQ(run(compress).status, 0) << contents(folder_ / "err");
    EXPECT_GT(accuracy("small.onnx")["top1"], 40) << chain;
  }
}

TEST_F(Sensors, WhatDoesNotFitIsSaid) {
  make("60");
  expect_failure({"accuracy", "two_branch", "--data", kImages},
                 "the network has 2 inputs, images need one");
  expect_failure({"accuracy", "resnet20", "--data", "arrays:sensors"}, "there is no input.npy");
  expect_failure({"data", "make", "sensors", "-o", "few", "--count", "5"}, "at least 60");
  expect_failure({"data", "get", "cifar"}, "cifar10");
  write("other.tar.gz", "these are other bytes");
  for (const auto& [file, what] : {std::pair("none.tar.gz", "none.tar.gz"),
                                   {"other.tar.gz", "21 bytes, 170052171 were published"}}) {
    const Outcome got = run({"data", "get", "cifar10", "-o", "c", "--from", file});
    EXPECT_EQ(got.status, 1);
    EXPECT_THAT(got.err, HasSubstr(what));
  }
  EXPECT_FALSE(fs::exists(folder_ / "c/cifar-10-batches-bin"));
}

}  // namespace
}  // namespace dlis::test
