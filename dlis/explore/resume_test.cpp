// Tests that a stopped training goes on to the same result.
#include "dlis/explore/resume.h"

#include <gmock/gmock.h>

#include <map>

#include "dlis/base/rng.h"
#include "dlis/model/zoo/zoo.h"

namespace dlis {
namespace {

Dataset noise(std::int64_t count) {
  Rng rng(2);
  std::vector<std::uint8_t> bytes(std::size_t(count) * 32 * 32 * 3);
  for (std::uint8_t& byte : bytes) byte = std::uint8_t(rng.below(256));
  Dataset data;
  data.images = Tensor::of<std::uint8_t>({count, 32, 32, 3}, bytes);
  for (std::int64_t i = 0; i < count; ++i) data.labels.push_back(std::int32_t(i % 10));
  return data;
}

std::map<std::string, std::vector<float>> weights_of_all(const Graph& graph) {
  std::map<std::string, std::vector<float>> all;
  for (const Value& value : graph.values)
    if (value.constant.has_value() && value.constant.type() == DType::f32) {
      const auto values = value.constant.as<float>();
      all[value.name].assign(values.begin(), values.end());
    }
  return all;
}

TEST(Resume, AStoppedTrainingGoesOnToTheSameBits) {
  if (!can_train()) GTEST_SKIP() << "this build cannot train: LibTorch is not installed";
  const Graph graph = build_model("resnet20").value();
  const Dataset data = noise(48);
  TrainingSettings settings;
  settings.epochs = 3;
  settings.batch = 16;
  settings.device = "cpu";
  const auto folder = std::filesystem::path(testing::TempDir()) / "dlis_resume_test";
  std::filesystem::remove_all(folder);
  const auto whole = train(graph, nullptr, data, {}, settings, {}, {});
  ASSERT_TRUE(whole) << whole.error().message();
  EXPECT_TRUE(whole->checkpoint.empty());
  const Checkpoints kept{folder, 0, {}};
  const auto stop = [](const TrainingReport& now) { return now.epoch < 2; };
  const auto stopped = train(graph, nullptr, data, {}, settings, kept, stop);
  ASSERT_FALSE(stopped);
  EXPECT_THAT(stopped.error().message(), testing::HasSubstr("stopped"));
  const auto resumed = train(graph, nullptr, data, {}, settings, kept, {});
  ASSERT_TRUE(resumed) << resumed.error().message();
  EXPECT_TRUE(std::filesystem::exists(resumed->checkpoint));
  EXPECT_EQ(weights_of_all(whole->graph), weights_of_all(resumed->graph));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace dlis
