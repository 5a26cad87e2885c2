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

}  // namespace
}  // namespace dlis::test
