// A network that is quantised after training runs in bytes from end to end and says nearly what it
// said.
#include <gmock/gmock.h>

#include <cmath>

#include "dlis/base/file.h"
#include "dlis/compress/sensitivity.h"
#include "dlis/explore/evaluate.h"
#include "dlis/explore/observe.h"
#include "dlis/model/onnx/onnx.h"
#include "dlis/model/zoo/zoo.h"
#include "dlis/runtime/session.h"

namespace dlis {
namespace {

constexpr const char* kData = "synthetic:64";

Tensor outputs_of(const Graph& graph, const std::string& compute, const Tensor& input) {
  PlanOptions options;
  options.tune = Tune::off;
  options.compute = compute;
  const auto plan = make_plan(with_batch(graph, input.shape()[0]).value(), options);
  EXPECT_TRUE(plan) << plan.error().message();
  auto session = Session::open(*plan);
  return session->run(std::span(&input, 1)).value()[0];
}

// Sum of squared differences over that of squares.
double distance(const Tensor& a, const Tensor& b) {
  double error = 0, all = 0;
  for (std::size_t i = 0; i < a.as<float>().size(); ++i) {
    error += std::pow(double(a.as<float>()[i] - b.as<float>()[i]), 2);
    all += std::pow(double(a.as<float>()[i]), 2);
  }
  return error / all;
}

class Quantised : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    graph_ = build_model(GetParam()).value();
    images_ = load_training_images(kData, graph_, chain("")).value();
    options_ = compress_options(images_, graph_).value();
  }
  static std::vector<Choice> chain(const std::string& rest) {
    return parse_chain("quantise:type=int8:images=32" + rest).value();
  }
  Graph quantised(const std::string& rest) {
    auto made = compress(graph_, chain(rest), options_);
    EXPECT_TRUE(made) << made.error().message();
    return made->graph;
  }
  Tensor input() const { return batch_of(images_, options_.how, 0, 16)[0]; }

  Graph graph_;
  Dataset images_;
  CompressOptions options_;
};

TEST_P(Quantised, EachCalibrationIsNearTheNetwork) {
  const Tensor wanted = outputs_of(graph_, "auto", input());
  for (const char* rest : {"", ":calibrate=minmax", ":calibrate=percentile", ":calibrate=kl",
                           ":equalise=1", ":correct=0"}) {
    const double error = distance(wanted, outputs_of(quantised(rest), "auto", input()));
    std::printf("%s%s: %.5f\n", GetParam(), rest, error);
    EXPECT_LT(error, 0.02) << rest;
  }
}

TEST_P(Quantised, NoLayerComputesInF32) {
  PlanOptions options;
  options.tune = Tune::off;
  options.compute = "int8_gemm";
  const auto plan = make_plan(quantised(""), options);
  ASSERT_TRUE(plan) << plan.error().message();
  for (const Step& step : (*plan)->steps) {
    EXPECT_NE(step.op, "DequantizeLinear") << step.name;
    if (step.conv_row) {
      EXPECT_THAT(step.conv_row->name, testing::StartsWith("int8")) << step.name;
    }
  }
}

TEST_P(Quantised, TheFileSaysTheSame) {
  const Graph graph = quantised("");
  const auto bytes = serialise_onnx(graph);
  ASSERT_TRUE(bytes) << bytes.error().message();
  const auto again = parse_onnx(bytes_of(*bytes), {});
  ASSERT_TRUE(again) << again.error().message();
  const Tensor a = outputs_of(graph, "reference", batch_of(images_, options_.how, 0, 2)[0]);
  const Tensor b = outputs_of(*again, "reference", batch_of(images_, options_.how, 0, 2)[0]);
  EXPECT_EQ(distance(a, b), 0);
}

INSTANTIATE_TEST_SUITE_P(Networks, Quantised, testing::Values("resnet20"));
INSTANTIATE_TEST_SUITE_P(SlowNetworks, Quantised, testing::Values("mobilenet_v1"));

TEST(QuantisedStack, IsEvaluatedWithItsData) {
  EvaluateOptions options;
  options.data = kData;
  options.seconds = 0.01;
  options.tune = Tune::off;
  const auto record =
      evaluate(parse_stack("resnet20 | quantise:type=int8:images=16 | auto | auto | cpu:1").value(),
               options);
  ASSERT_TRUE(record) << record.error().message();
  EXPECT_EQ(record->text("refused"), "");
  options.data = "";
  const auto without =
      evaluate(parse_stack("resnet20 | quantise:type=int8 | auto | auto | cpu:1").value(), options);
  ASSERT_TRUE(without) << without.error().message();
  EXPECT_THAT(without->text("refused"), testing::HasSubstr("calibration needs images"));
}

TEST(TrainingSpec, IsTheTrainingSplitWithoutItsEnd) {
  EXPECT_EQ(training_spec("cifar10:some/folder?split=test&limit=5"),
            "cifar10:some/folder?split=train&limit=45000");
  EXPECT_EQ(training_spec("cifar10:x"), "cifar10:x?split=train&limit=45000");
  EXPECT_EQ(training_spec("synthetic:8"), "synthetic:8");
}

}  // namespace
}  // namespace dlis
