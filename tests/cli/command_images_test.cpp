// What a folder of one's own images may have wrong about it, and what compression then says: one
// sentence that names the place, before anything is trained or written.
#include "command.h"
#include "dlis/compress/test_network.h"
#include "dlis/dlis.h"
#include "png_bytes.h"

namespace dlis::test {
namespace {

using testing::HasSubstr;

class Images : public CommandTest {
 protected:
  void SetUp() override {
    CommandTest::SetUp();
    put_classes("set", 10);
  }
  void put_classes(const std::string& name, int classes) {
    for (int c = 0; c < classes; ++c) write(fmt::format("{}/{}/a.png", name, c), png(32));
  }

  // By every way that reads images, and nothing is written.
  void expect_all_fail(const std::string& data, const std::string& what) {
    const std::string network = kNetwork.string();
    expect_failure({"accuracy", network, "--data", data}, what);
    for (const char* chain : {"quantise:type=int8", "none:epochs=100"})
      expect_failure({"compress", network, "--compress", chain, "--data", data, "-o", "o.onnx"},
                     what);
    if (can_train()) expect_failure({"train", network, "--data", data, "-o", "o.onnx"}, what);
    EXPECT_FALSE(fs::exists(folder_ / "o.onnx"));
  }
};

TEST_F(Images, OfAnyKindAndSizeAreTaken) {
  write("set/3/grey.png", png(32, 1));
  write("set/4/clear.png", png(32, 4));
  write("set/5/small.png", png(7));
  const Outcome outcome = run({"accuracy", kNetwork.string(), "--data", "images:set"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("of 13 images"));
  // A limit leaves fewer classes seen, not fewer classes.
  EXPECT_EQ(run({"accuracy", kNetwork.string(), "--data", "images:set?limit=3"}).status, 0);
}

TEST_F(Images, ABadFileIsNamed) {
  for (const auto& [bytes, what] : std::vector<std::pair<std::string, std::string>>{
           {"no picture", "neither a JPEG nor a PNG"},
           {"", "the file is empty"},
           {png(4, 3, 20000), "20000 x 20000 pixels is too large"},
           {png(32).substr(0, 200), "truncated or damaged"}}) {
    write("set/7/b.png", bytes);
    expect_all_fail("images:set", "set/7/b.png: ");
    EXPECT_THAT(run({"accuracy", kNetwork.string(), "--data", "images:set"}).err, HasSubstr(what));
  }
}

TEST_F(Images, UnreadableFilesAndFoldersAreNamed) {
  if (geteuid() == 0) GTEST_SKIP() << "root reads everything";
  fs::permissions(folder_ / "set/7/a.png", fs::perms::none);
  expect_all_fail("images:set", "set/7/a.png");
  fs::permissions(folder_ / "set/7/a.png", fs::perms::owner_all);
  fs::permissions(folder_ / "set/8", fs::perms::none);
  expect_all_fail("images:set", "set/8: the folder cannot be read");
  fs::permissions(folder_ / "set/8", fs::perms::owner_all);
}

TEST_F(Images, OfOtherClassesAreNoDataForTheNetwork) {
  put_classes("three", 3);
  put_classes("twelve", 12);
  const std::string network = kNetwork.string();
  for (const auto& [data, what] : std::vector<std::pair<std::string, std::string>>{
           {"images:three", "the network tells 10 classes, the data has 3"},
           {"images:twelve", "the network tells 10 classes, the data has 12"}}) {
    expect_failure({"accuracy", network, "--data", data}, what);
    // Before hours of training, not after.
    expect_failure(
        {"compress", network, "--compress", "none:epochs=100", "--data", data, "-o", "o.onnx"},
        what);
    if (can_train()) expect_failure({"train", network, "--data", data, "-o", "o.onnx"}, what);
    EXPECT_FALSE(fs::exists(folder_ / "o.onnx"));
  }
  write("set/labels.txt", "0/a.png 3\n1/a.png 10\n");
  expect_failure({"accuracy", network, "--data", "images:set"}, "has the label 10");
}

TEST_F(Images, WithoutLabelsNothingTrains) {
  write("bare/a.png", png(32));
  const std::string network = kNetwork.string();
  EXPECT_THAT(run({"accuracy", network, "--data", "images:bare"}).out, HasSubstr("no labels"));
  const Outcome calibrated = run({"compress", network, "--compress", "quantise:type=int8", "--data",
                                  "images:bare", "-o", "bytes.onnx"});
  EXPECT_EQ(calibrated.status, 0) << calibrated.err;
  if (!can_train()) GTEST_SKIP() << "this build does not train";
  const std::string what = "images:bare: training needs a label for every image";
  expect_failure({"train", network, "--data", "images:bare", "-o", "o.onnx"}, what);
  expect_failure({"compress", network, "--compress", "weight_prune:zeros=0.5:epochs=2", "--data",
                  "images:bare", "-o", "o.onnx"},
                 what);
  EXPECT_FALSE(fs::exists(folder_ / "o.onnx"));
}

// What was there under the name stays.
TEST_F(Images, WhereNothingCanTrainNothingIsLost) {
  const std::string network = kNetwork.string();
  write("o.onnx", "mine");
  const std::vector<std::string> retrain{"compress", network,      "--compress", "none:epochs=100",
                                         "--data",   "images:set", "-o",         "o.onnx",
                                         "--set"};
  const auto with = [&](const char* setting) {
    std::vector<std::string> all = retrain;
    all.emplace_back(setting);
    return all;
  };
  expect_failure(with("device=cpu"), "/nowhere/lib.so, which DLIS_TRAINING names",
                 {{"DLIS_TRAINING", "/nowhere/lib.so"}});
  expect_failure({"train", network, "--data", "images:set", "-o", "o.onnx"}, "training needs",
                 {{"DLIS_TRAINING", "/nowhere/lib.so"}});
  if (can_train()) expect_failure(with("device=cuda:99"), "CUDA device");
  if (can_train()) expect_failure(with("device=tpu"), "unknown device to train on 'tpu'");
  EXPECT_EQ(contents(folder_ / "o.onnx"), "mine");
}

TEST_F(Images, SharesOutOfRangeAndChannelsThatStay) {
  const std::string network = kNetwork.string();
  const auto refused = [&](const std::string& model, const char* chain, const std::string& what) {
    for (const char* how : {"-oo.onnx", "--dry-run"})
      expect_failure({"compress", model, "--compress", chain, how}, what);
  };
  refused(network, "channel_prune:macs=1.5", "macs: must be a share from 0 to 1");
  refused(network, "channel_prune:macs=0.5:ramp=2:epochs=1", "ramp: must be a share from 0 to 1");
  refused(network, "weight_prune:zeros=-0.1", "zeros: must be a share from 0 to 1");
  refused(network, "ternarise:threshold=1", "threshold: must be 0 to less than 1");
  refused(network, "none:epochs=1e9", "epochs: must be 0 to 10000");
  refused(network, "channel_prune:macs=0.99999", "beside logits (the network's outputs need");
  TestNetwork net({1, 3, 8, 8});
  const ValueId x =
      net.node("LRN", "lrn", {net.conv("stuck", net.input(), 8)}, {{"size", std::int64_t(3)}});
  ASSERT_TRUE(save_onnx(net.finish(net.conv("end", x, 4)), folder_ / "stuck.onnx"));
  refused("stuck.onnx", "channel_prune:macs=0.5",
          "beside stuck (node 'lrn' (LRN) reads them, and no rule covers its operator)");
  EXPECT_FALSE(fs::exists(folder_ / "o.onnx"));
}

TEST_F(Images, DamagedLayerTimesAreNamed) {
  write("times.tsv", "n1h4w4c4 k4r1s1 dense\t0.1\nn1h4w4c4 k4r1");
  const std::vector<std::string> command{
      "compress",      kNetwork.string(), "--compress", "channel_prune:latency=0.3",
      "--layer-times", "times.tsv",       "-o",         "o.onnx"};
  expect_failure(command, "times.tsv, line 2");
  EXPECT_FALSE(fs::exists(folder_ / "o.onnx"));
}

}  // namespace
}  // namespace dlis::test
