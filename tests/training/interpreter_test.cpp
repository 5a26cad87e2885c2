// What training computes is what the plan computes: logits of whole networks.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "dlis/compress/technique.h"
#include "dlis/compress/test_network.h"
#include "dlis/compress/train/network.h"
#include "dlis/compute/winograd/reference.h"
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
  const torch::Tensor out = network->forward({train::to_torch(inputs[0])}, {}).contiguous();
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

// A block of ConvNeXt, and what exporters make of a normalisation that they take apart.
TEST(InterpretedOperators, AgreeWithThePlan) {
  TestNetwork net({2, 6, 5, 7});
  ValueId y = net.node("Transpose", "last", {net.conv("conv", net.input(), 6)},
                       {{"perm", Ints{0, 2, 3, 1}}});
  y = net.node("LayerNormalization", "norm",
               {y, net.constant("scale", {6}), net.constant("shift", {6})},
               {{"axis", std::int64_t(3)}});
  const ValueId inverse = net.node("Reciprocal", "inverse", {net.node("Exp", "exp", {y})});
  expect_agreement(net.finish(net.node("Mul", "mul", {net.node("Neg", "neg", {y}), inverse})));
}

// WinogradConv against the oracle of the plan's rows, on maps that tiles hang over.
class InterpretedWinograd : public testing::TestWithParam<std::tuple<int, bool>> {};
TEST_P(InterpretedWinograd, AgreesWithTheReference) {
  const auto [m, relu] = GetParam();
  for (const auto& [h, w, pads] : {std::tuple(7, 9, Ints{1, 1, 1, 1}), {8, 5, Ints{0, 1, 2, 0}}}) {
    TestNetwork net({2, 5, h, w});
    const ValueId y =
        net.node("WinogradConv", "conv", {net.input(), net.constant("w", {3, 5, m + 2, m + 2})},
                 {{"m", std::int64_t(m)}, {"relu", std::int64_t(relu)}, {"pads", pads}});
    const Graph graph = net.finish(y);
    const std::vector<Tensor> inputs = random_inputs(graph);
    const std::vector<float> made = interpreted(graph, inputs);
    ConvProblem problem{.n = 2, .h = h, .w = w, .c = 5, .k = 3, .r = 3, .s = 3};
    problem.pad_top = pads[0], problem.pad_left = pads[1];
    problem.pad_bottom = pads[2], problem.pad_right = pads[3];
    problem.winograd = m, problem.winograd_relu = relu;
    const Tensor x = inputs[0];
    const float* weights = graph.value(graph.nodes[0].inputs[1]).constant.as<float>().data();
    const ConstView view = x.view();
    for (std::int64_t n = 0; n < 2; ++n)
      for (std::int64_t p = 0; p < problem.p(); ++p) {
        const std::vector<double> sums = winograd_sums(problem, view, weights, n, p);
        for (std::int64_t q = 0; q < problem.q(); ++q)
          for (std::int64_t k = 0; k < 3; ++k) {
            const double wanted = sums[std::size_t(q * 3 + k)];
            const auto at = ((n * 3 + k) * problem.p() + p) * problem.q() + q;
            ASSERT_NEAR(made[std::size_t(at)], wanted, 1e-4 * (1 + std::abs(wanted)));
          }
      }
  }
}
INSTANTIATE_TEST_SUITE_P(Sizes, InterpretedWinograd,
                         testing::Combine(testing::Values(2, 4, 6), testing::Bool()));

// A layer that moves into the Winograd domain is the same function.
TEST(MovedNetwork, AgreesWithItsConvolutions) {
  for (const char* choice : {"winograd_prune:zeros=0:m=2", "winograd_prune:zeros=0:m=4"}) {
    const Graph graph = build_model("resnet20").value();
    const auto moved = compress(graph, std::vector{parse_choice(choice).value()});
    ASSERT_TRUE(moved) << moved.error().message();
    const std::vector<Tensor> inputs = random_inputs(graph);
    const std::vector<float> a = interpreted(graph, inputs), b = interpreted(moved->graph, inputs);
    float largest = 0;
    for (const float value : a) largest = std::max(largest, std::abs(value));
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-4 * largest) << choice;
  }
}

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
