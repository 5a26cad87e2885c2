// Tests that retraining which is killed anywhere goes on to the same bits, and what a disk can do
// to it.
#include "dlis/compress/checkpoint.h"

#include <gmock/gmock.h>

#include <fstream>

#include "dlis/base/file.h"
#include "dlis/base/text.h"
#include "dlis/compress/technique.h"
#include "dlis/compress/test_network.h"
#include "dlis/model/graph_fields.h"

namespace dlis {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// Three layers that techniques may change, one of them normalised, and what is drawn by chance.
Graph network() {
  TestNetwork n({1, 3, 8, 8});
  ValueId x = n.relu("r1", n.conv("first", n.input(), 6, {.kernel = 3, .bias = true}));
  x = n.relu("r2", n.norm("norm", n.conv("second", x, 8, {.kernel = 3})));
  x = n.relu("r3", n.conv("third", x, 8));
  x = n.node("Dropout", "drop", {x}, {{"ratio", 0.25f}});
  Graph graph = n.finish(n.dense("dense", n.flatten("flat", x), 4));
  for (Value& value : graph.values)
    if (value.constant.has_value() && !value.name.starts_with("norm"))
      for (float& w : value.constant.edit<float>()) w = (w - 1) * 0.6f;
  return graph;
}

Dataset images() {
  Rng rng(3);
  Dataset data;
  data.images = Tensor(DType::u8, {24, 8, 8, 3});
  for (std::uint8_t& byte : data.images.edit<std::uint8_t>()) byte = std::uint8_t(rng.below(256));
  for (int i = 0; i < 24; ++i) data.labels.push_back(i % 4);
  data.classes = 4;
  return data;
}

std::string bytes_of(Graph graph) {
  FieldWriter fields;
  pass(fields, graph);
  return fields.take();
}

// Three steps an epoch.
class Retraining : public testing::Test {
 protected:
  void SetUp() override {
    if (!can_train()) GTEST_SKIP() << "this build cannot train: LibTorch is not installed";
    fs::remove_all(place_);
    fs::create_directories(place_);
  }
  void TearDown() override { fs::remove_all(place_); }

  CompressOptions options(const fs::path& folder) const {
    CompressOptions all;
    all.images = &images_;
    all.observe = [](const Graph& graph, std::span<const Tensor> inputs,
                     std::span<const ValueId> wanted) {
      return noise(graph, inputs[0].shape()[0], wanted);
    };
    all.training.batch = 8;
    all.training.clip = 1;  // the order of a sum over all weights decides its bits
    all.training.warmup = 0;
    all.training.device = "cpu";
    all.checkpoints.folder = folder;
    all.checkpoints.seconds = 0;
    return all;
  }
  Result<Compressed> compressed(const std::string& text, const CompressOptions& how) const {
    std::vector<Choice> chain;
    for (const auto part : split(text, '+')) chain.push_back(parse_choice(part).value());
    return compress(graph_, chain, how);
  }
  std::string bits(const std::string& text, const CompressOptions& how) const {
    const auto made = compressed(text, how);
    EXPECT_TRUE(made) << made.error().message();
    return made ? bytes_of(made->graph) + bytes_of(made->surgery.value_or(Graph())) : "";
  }
  std::string failure(const std::string& text, const CompressOptions& how) const {
    const auto made = compressed(text, how);
    return made ? "it went well" : made.error().message();
  }

  const fs::path place_ = fs::path(testing::TempDir()) / "dlis_checkpoints_test";
  const Graph graph_ = network();
  const Dataset images_ = images();
};

class KilledAnywhere : public Retraining, public testing::WithParamInterface<const char*> {};

// What a kill leaves is what lies on the disk, whatever report it comes after.
TEST_P(KilledAnywhere, GoesOnToTheSameBits) {
  const std::string chain = GetParam(), whole = bits(chain, options({}));
  CompressOptions watched = options(place_ / "kept");
  std::vector<fs::path> left;
  watched.report = [&](const TrainingReport&) {
    left.push_back(place_ / std::to_string(left.size()));
    fs::copy(place_ / "kept", left.back());
    return true;
  };
  ASSERT_EQ(bits(chain, watched), whole);
  EXPECT_GE(left.size(), 6u);
  std::size_t resumed = 0;
  for (const fs::path& folder : left) {
    CompressOptions again = options(folder);
    again.checkpoints.seconds = 1e6;
    again.report = [&](const TrainingReport& now) {
      resumed += now.note.find("going on from epoch") != std::string::npos;
      return true;
    };
    ASSERT_EQ(bits(chain, again), whole) << folder;
  }
  EXPECT_GE(resumed + 3, left.size());  // before the first checkpoint there is none to go on from
}

TEST_P(KilledAnywhere, AskedToStopKeepsWhatItHas) {
  const std::string chain = GetParam(), whole = bits(chain, options({}));
  for (int runs = 0, reports = 0;; ++runs) {
    ASSERT_LT(runs, 40);
    CompressOptions stopping = options(place_);
    stopping.checkpoints.seconds = runs % 2 == 0 ? 0 : 1e6;  // then only where it is stopped
    stopping.report = [&, from = reports](const TrainingReport&) { return ++reports < from + 3; };
    const auto made = compressed(chain, stopping);
    if (!made) {
      ASSERT_THAT(made.error().message(), HasSubstr("stopped"));
      continue;
    }
    EXPECT_GT(runs, 0);
    EXPECT_EQ(bytes_of(made->graph) + bytes_of(made->surgery.value_or(Graph())), whole);
    break;
  }
}

// As in an output that could not be written.
TEST_P(KilledAnywhere, NothingFinishedIsTrainedAgain) {
  const std::string chain = GetParam(), whole = bits(chain, options(place_));
  CompressOptions again = options(place_);
  again.report = [](const TrainingReport&) {
    ADD_FAILURE() << "it was trained again";
    return true;
  };
  EXPECT_EQ(bits(chain, again), whole);
}

INSTANTIATE_TEST_SUITE_P(
    Techniques, KilledAnywhere,
    testing::Values(
        "none:epochs=2:teacher=dense", "weight_prune:zeros=0.5:epochs=4:every=2",
        "winograd_prune:zeros=0.5:epochs=4:every=2:wait=0.3",
        "winograd_prune:zeros=0.5:m=2:relu=1:epochs=4:steps=3:teacher=dense"
        "+winograd_prune:zeros=0.7:epochs=1:every=1",
        "channel_prune:macs=0.3:epochs=4:every=2",
        "channel_prune:macs=0.3:epochs=4:every=2:criterion=taylor",
        "channel_prune:macs=0.3:epochs=4:every=2:criterion=fisher", "ternarise:epochs=2",
        "quantise:type=int8:epochs=2:images=8", "renormalise:epochs=2:images=8",
        "channel_prune:macs=0.3:epochs=3:every=2+weight_prune:zeros=0.5:epochs=2:every=2"
        "+ternarise:epochs=1"),
    [](const auto& test) { return "N" + std::to_string(test.index); });

TEST_F(Retraining, OnlyTheSameTrainingGoesOn) {
  TrainingSettings settings;
  const auto file = [&](const std::string& what, const Graph& graph, const Graph* teacher,
                        const Dataset& data, const TrainingSettings& with) {
    return checkpoint_file("F", "none", what, graph, teacher, data, {}, with).string();
  };
  const std::string own = file("none", graph_, nullptr, images_, settings);
  EXPECT_THAT(own, testing::MatchesRegex("F/none-[0-9a-f]{32}.checkpoint"));
  EXPECT_EQ(file("none", graph_, nullptr, images_, settings), own);
  EXPECT_NE(file("none:epochs=3", graph_, nullptr, images_, settings), own);
  EXPECT_NE(file("none", graph_, &graph_, images_, settings), own);
  Graph other = graph_;
  other.value(other.nodes[0].inputs[1]).constant.edit<float>()[0] += 1;
  EXPECT_NE(file("none", other, nullptr, images_, settings), own);
  EXPECT_NE(file("none", graph_, &other, images_, settings),
            file("none", graph_, &graph_, images_, settings));
  Dataset labelled = images_;
  labelled.labels[7] = 0;
  EXPECT_NE(file("none", graph_, nullptr, labelled, settings), own);
  for (const char* name : {"epochs", "batch", "rate", "momentum", "decay", "warmup", "smoothing",
                           "clip", "crop", "cutout", "distil", "temperature", "seed"}) {
    TrainingSettings changed;
    ASSERT_TRUE(set_training(changed, name, "12") || set_training(changed, name, "0.125")) << name;
    EXPECT_NE(file("none", graph_, nullptr, images_, changed), own) << name;
  }
  settings.schedule = "step";
  EXPECT_NE(file("none", graph_, nullptr, images_, settings), own);
  settings = {.flip = false};
  EXPECT_NE(file("none", graph_, nullptr, images_, settings), own);
  settings = {.device = "cuda"};
  EXPECT_EQ(file("none", graph_, nullptr, images_, settings), own);
}

TEST_F(Retraining, ADamagedFileIsASentence) {
  const std::string chain = "none:epochs=1";
  const auto made = compressed(chain, options(place_));
  ASSERT_TRUE(made) << made.error().message();
  ASSERT_EQ(made->checkpoints.size(), 1u);
  const fs::path file = made->checkpoints[0];
  const std::string good = read_text(file).value();
  const auto with = [&](const std::string& bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
    const std::string message = failure(chain, options(place_));
    EXPECT_THAT(message, HasSubstr(file.string()));
    EXPECT_THAT(message, testing::Not(HasSubstr("\n")));
    return message;
  };
  for (const std::size_t at :
       {std::size_t(20), std::size_t(60), good.size() / 2, good.size() - 1}) {
    std::string bad = good;
    bad[at] = char(bad[at] ^ 1);
    EXPECT_THAT(with(bad), HasSubstr("is damaged"));
    EXPECT_THAT(with(good.substr(0, at)), HasSubstr("is damaged"));
  }
  EXPECT_THAT(with(good + "x"), HasSubstr("is damaged"));
  EXPECT_THAT(with("something else"), HasSubstr("no checkpoint of this version"));
  EXPECT_THAT(with(""), HasSubstr("empty"));
}

TEST_F(Retraining, AFullDiskIsToldAndTrainingGoesOn) {
  const std::string chain = "weight_prune:zeros=0.5:epochs=4:every=2";
  const std::string whole = bits(chain, options({}));
  CompressOptions full = options(place_);
  fs::path file;
  std::vector<std::string> notes;
  full.report = [&](const TrainingReport& now) {
    if (!now.note.empty()) notes.push_back(now.note);
    for (const auto& entry : fs::directory_iterator(place_)) file = entry.path();
    if (file.empty() || fs::is_symlink(file)) return true;
    fs::remove(file);
    fs::create_symlink("/dev/full", file);
    return true;
  };
  EXPECT_EQ(bits(chain, full), whole);
  ASSERT_EQ(notes.size(), 1u);  // once
  EXPECT_THAT(notes[0], HasSubstr("training goes on"));
  EXPECT_THAT(notes[0], HasSubstr("the disk is full"));
  fs::remove(file);
  int reports = 0;
  full.report = [&](const TrainingReport& now) {
    if (++reports == 1) fs::create_symlink("/dev/full", file);
    return now.epoch < 1;
  };
  EXPECT_THAT(failure("none:epochs=2", full), HasSubstr("stopped"));
}

TEST_F(Retraining, AFolderThatCannotBeWrittenToIsFoundBeforeTraining) {
  std::ofstream(place_ / "file") << "x";
  CompressOptions how = options(place_ / "file" / "folder");
  how.report = [](const TrainingReport&) {
    ADD_FAILURE() << "it was trained";
    return true;
  };
  EXPECT_THAT(failure("none:epochs=1", how), HasSubstr("folder for checkpoints cannot be made"));
  how.checkpoints.folder = "/proc/self";
  EXPECT_THAT(failure("none:epochs=1", how), HasSubstr("/proc/self"));
}

}  // namespace
}  // namespace dlis
