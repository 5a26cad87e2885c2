// What training computes is what the plan computes: logits of whole networks.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "dlis/compress/train/network.h"
#include "dlis/explore/load.h"
#include "dlis/model/zoo/zoo.h"
#include "dlis/runtime/measure.h"
#include "tests/data_folder.h"

namespace dlis {
namespace {

std::vector<float> planned(const Graph& graph, std::span<const Tensor> inputs) {
  PlanOptions options;
  options.tune = Tune::off;
  auto session = Session::open(make_plan(graph, options).value());
  EXPECT_TRUE(session) << session.error().message();
  const Tensor out = session->run(inputs).value()[0];
  const auto values = out.as<float>();
  return {values.begin(), values.end()};
}

std::vector<float> interpreted(const Graph& graph, std::span<const Tensor> inputs) {
  const torch::NoGradGuard none;
  auto network = train::Network::of(graph, torch::kCPU);
  EXPECT_TRUE(network) << network.error().message();
  const torch::Tensor out = network->forward(train::to_torch(inputs[0]), {}).contiguous();
  return {out.data_ptr<float>(), out.data_ptr<float>() + out.numel()};
}

void expect_agreement(const Graph& graph) {
  const std::vector<Tensor> inputs = random_inputs(graph);
  const std::vector<float> a = planned(graph, inputs), b = interpreted(graph, inputs);
  ASSERT_EQ(a.size(), b.size());
  float largest = 1;
  for (const float value : a) largest = std::max(largest, std::abs(value));
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-4 * largest) << i;
}

class Interpreter : public testing::TestWithParam<const char*> {};
TEST_P(Interpreter, AgreesWithThePlan) { expect_agreement(build_model(GetParam()).value()); }
INSTANTIATE_TEST_SUITE_P(BuiltIn, Interpreter,
                         testing::Values("vgg16", "resnet18", "resnet20", "resnet56",
                                         "mobilenet_v1", "mobilenet_v2"));

TEST(InterpreterOfTrained, AgreesWithThePlan) {
  const std::filesystem::path folder = data_folder("models");
  for (const char* name : {"vgg16", "resnet18", "resnet20", "resnet56", "mobilenet_v1"}) {
    const std::string file = (folder / name).string() + "_cifar10.onnx";
    if (!std::filesystem::exists(file)) GTEST_SKIP() << "NO " << file << "; set DLIS_DATA";
    SCOPED_TRACE(name);
    auto graph = load_model(file);
    ASSERT_TRUE(graph) << graph.error().message();
    expect_agreement(*graph);
  }
}

}  // namespace
}  // namespace dlis
