// Whole networks on an OpenCL device, and on a chain of it and the processor.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>

#include "dlis/hardware/device.h"
#include "dlis/model/onnx/onnx.h"
#include "dlis/model/zoo/zoo.h"
#include "dlis/runtime/measure.h"
#include "tests/data_folder.h"

namespace dlis {
namespace {

std::vector<float> outputs_on(const Graph& graph, const std::string& device, Tune tune,
                              const Choices& choices = {}) {
  PlanOptions options;
  options.device = device;
  options.tune = tune;
  options.choices = choices;
  options.cache = testing::TempDir() + "opencl_test_choices.tsv";
  const auto plan = make_plan(graph, options);
  EXPECT_TRUE(plan) << plan.error().message();
  if (!plan) return {};
  auto session = Session::open(*plan);
  EXPECT_TRUE(session) << session.error().message();
  const auto outputs = session->run(random_inputs((*plan)->graph));
  EXPECT_TRUE(outputs) << outputs.error().message();
  const auto values = (*outputs)[0].as<float>();
  return {values.begin(), values.end()};
}

void expect_same_answer(const std::vector<float>& got, const std::vector<float>& want) {
  ASSERT_EQ(got.size(), want.size());
  float largest = 0;
  for (float value : want) largest = std::max(largest, std::abs(value));
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], want[i], 2e-4 * largest);
  EXPECT_EQ(std::ranges::max_element(got) - got.begin(),
            std::ranges::max_element(want) - want.begin());
}

// Every convolution cut in half: as far from whole layers as a plan can be.
Choices halves(const Graph& graph) {
  PlanOptions options;
  options.tune = Tune::off;
  options.compute = "indirect_gemm";
  const auto plan = make_plan(graph, options);
  EXPECT_TRUE(plan) << plan.error().message();
  Choices choices = choices_of(**plan);
  for (const Step& step : (*plan)->steps)
    if (step.conv_row && step.conv.p() > 1)
      choices[step.name].split = "dense/opencl_direct:rows=" + std::to_string(step.conv.p() / 2);
  return choices;
}

bool is_here() {
  const Device* device = find_device("opencl");
  return device && device->available();
}

class OnOpenCl : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!is_here()) GTEST_SKIP() << "there is no OpenCL device";
  }
};

TEST_P(OnOpenCl, GivesTheProcessorsAnswer) {
  const auto graph = build_model(GetParam());
  ASSERT_TRUE(graph);
  const auto want = outputs_on(*graph, "cpu", Tune::off);
  expect_same_answer(outputs_on(*graph, "opencl", Tune::off), want);
  expect_same_answer(outputs_on(*graph, "cpu+opencl", Tune::off, halves(*graph)), want);
}

// Nothing of them is left to the processor.
TEST_P(OnOpenCl, RunsThereWhole) {
  PlanOptions options;
  options.device = "opencl";
  options.tune = Tune::off;
  const auto plan = make_plan(*build_model(GetParam()), options);
  ASSERT_TRUE(plan) << plan.error().message();
  for (const Step& step : (*plan)->steps)
    EXPECT_TRUE(step.is_enqueued()) << step.op << " " << step.name << ": " << step.why_on_host;
}

INSTANTIATE_TEST_SUITE_P(Zoo, OnOpenCl,
                         testing::Values("resnet20", "vgg16", "mobilenet_v1", "mobilenet_v2"),
                         [](const auto& each) { return std::string(each.param); });

TEST(TrainedOnOpenCl, AnswersTheSame) {
  if (!is_here()) GTEST_SKIP() << "there is no OpenCL device";
  const auto file = data_folder("models") / "resnet20_cifar10.onnx";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << file << " is not here";
  const auto graph = load_onnx(file);
  ASSERT_TRUE(graph) << graph.error().message();
  const auto want = outputs_on(*graph, "cpu", Tune::off);
  expect_same_answer(outputs_on(*graph, "opencl:0", Tune::quick), want);
  expect_same_answer(outputs_on(*graph, "cpu+opencl:0", Tune::quick), want);
  expect_same_answer(outputs_on(*graph, "cpu+opencl:0", Tune::off, halves(*graph)), want);
}

}  // namespace
}  // namespace dlis
