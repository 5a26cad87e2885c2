// Each pass on small graphs: the structure it leaves, and the numbers by hand.
#include "dlis/model/passes.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "dlis/model/passes/small_graph.h"

namespace dlis {
namespace {

using testing::ElementsAre;
using testing::FloatEq;
using testing::Pointwise;

// gamma / sqrt(variance + 0.5): 2 / 1 and 3 / 2.
const std::vector<float> kGamma{2, 3}, kBeta{1, -1}, kMean{4, 5}, kVariance{0.5f, 3.5f};

TEST(RemoveDead, DropsWhatNoOutputNeeds) {
  Small s;
  const ValueId x = s.input("x", {1, 2}), unused = s.input("unused", {1});
  const ValueId y = s.node("Relu", {x});
  s.node("Sigmoid", {s.node("Tanh", {x})});
  s.constant({3}, {1, 2, 3});
  const Graph graph = remove_dead(s.done({y}));
  expect_valid(graph);
  EXPECT_THAT(ops(graph), ElementsAre("Relu"));
  EXPECT_EQ(graph.values.size(), 3u);
  EXPECT_EQ(graph.inputs.size(), 2u);
  EXPECT_EQ(graph.value(graph.inputs[1]).name, s.graph.value(unused).name);
}

TEST(RemoveIdentities, BetweenNodes) {
  Small s;
  const ValueId x = s.input("x", {1, 2});
  ValueId y = s.node("Relu", {x});
  for (int i = 0; i < 3; ++i) y = s.node("Identity", {y});
  y = s.node("Transpose", {y}, with("perm", Ints{0, 1}));
  y = s.node("Flatten", {y});
  y = s.node("Sum", {s.node("Dropout", {y})});
  const Graph graph = remove_identities(s.done({s.node("Tanh", {y})}));
  expect_valid(graph);
  EXPECT_THAT(ops(graph), ElementsAre("Relu", "Tanh"));
}

TEST(RemoveIdentities, OutputsKeepTheirNames) {
  Small s;
  const ValueId x = s.input("x", {1, 2});
  const ValueId hidden = s.node("Relu", {x});
  const ValueId y = s.node("Identity", {hidden});
  const ValueId z = s.node("Tanh", {hidden});
  const std::string name = s.graph.value(y).name;
  const Graph graph = remove_identities(s.done({y, z}));
  expect_valid(graph);
  EXPECT_THAT(ops(graph), ElementsAre("Relu", "Tanh"));
  EXPECT_EQ(graph.value(graph.outputs[0]).name, name);
  EXPECT_EQ(graph.nodes[1].inputs[0], graph.outputs[0]);
}

TEST(RemoveIdentities, StaysBetweenInputAndOutput) {
  Small s;
  const ValueId x = s.input("x", {1, 2});
  const ValueId y = s.node("Identity", {x});
  const ValueId r = s.node("Relu", {x});
  const ValueId also_r = s.node("Identity", {r});
  const Graph graph = remove_identities(s.done({y, r, also_r}));
  expect_valid(graph);
  EXPECT_THAT(ops(graph), ElementsAre("Identity", "Relu", "Identity"));
}

TEST(RemoveIdentities, WhatMovesValuesStays) {
  Small s;
  const ValueId x = s.input("x", {2, 2});
  ValueId y = s.node("Transpose", {x}, with("perm", Ints{1, 0}));
  const auto ints = [&](std::vector<std::int64_t> values) {
    return s.graph.add_constant("i" + std::to_string(s.graph.values.size()), Tensor::ints(values));
  };
  y = s.node("Slice", {y, ints({1}), ints({-3}), ints({0}), ints({-1})});
  const Graph graph = remove_identities(s.done({s.node("Pad", {y, ints({1, 0, -1, 0})})}));
  expect_valid(graph);
  EXPECT_THAT(ops(graph), ElementsAre("Transpose", "Slice", "Pad"));
}

TEST(FoldConstants, ComputesWeightsBehindTranspose) {
  Small s;
  const ValueId x = s.input("x", {1, 2});
  const ValueId w = s.constant({3, 2}, {1, 2, 3, 4, 5, 6});
  const ValueId t = s.node("Transpose", {w}, with("perm", Ints{1, 0}));
  const auto graph = fold_constants(s.done({s.node("MatMul", {x, t})}));
  ASSERT_TRUE(graph) << graph.error().message();
  expect_valid(*graph);
  EXPECT_THAT(ops(*graph), ElementsAre("MatMul"));
  EXPECT_THAT(constant_of(*graph, graph->nodes[0], 1), ElementsAre(1, 3, 5, 2, 4, 6));
  EXPECT_EQ(graph->values.size(), 3u);
}

TEST(UseGemm, OnlyForMatrixTimesConstantMatrix) {
  Small s;
  const ValueId x = s.input("x", {4, 2}), b = s.input("b", {3, 4});
  const ValueId y = s.node("MatMul", {x, s.constant({2, 3}, {1, 2, 3, 4, 5, 6})});
  const Graph graph = use_gemm(s.done({s.node("MatMul", {y, b})}));
  expect_valid(graph);
  EXPECT_THAT(ops(graph), ElementsAre("Gemm", "MatMul"));
}

TEST(FoldBatchNorm, IntoConv) {
  Small s;
  const ValueId x = s.input("x", {1, 2, 3, 3});
  const ValueId y = s.norm(s.conv(x, {1, 2, 3, 4}, {10, 20}), kGamma, kBeta, kMean, kVariance);
  const Graph graph = fold_batchnorm(s.done({y}));
  expect_valid(graph);
  ASSERT_THAT(ops(graph), ElementsAre("Conv"));
  EXPECT_THAT(constant_of(graph, graph.nodes[0], 1), Pointwise(FloatEq(), {2.f, 4.f, 4.5f, 6.f}));
  // 2 * 10 + 1 - 2 * 4; 1.5 * 20 - 1 - 1.5 * 5
  EXPECT_THAT(constant_of(graph, graph.nodes[0], 2), Pointwise(FloatEq(), {13.f, 21.5f}));
}

TEST(FoldBatchNorm, IntoWinogradConv) {
  for (const std::int64_t relu : {0, 1}) {
    Small s;
    const ValueId x = s.input("x", {1, 2, 3, 3});
    const ValueId c = s.winograd(x, {1, 2, 3, 4}, {10, 20}, relu);
    const Graph graph = fold_batchnorm(s.done({s.norm(c, kGamma, kBeta, kMean, kVariance)}));
    expect_valid(graph);
    ASSERT_THAT(ops(graph), ElementsAre("WinogradConv"));
    std::vector<float> expected;
    for (const float weight : {2.f, 4.f, 4.5f, 6.f}) expected.insert(expected.end(), 16, weight);
    EXPECT_THAT(constant_of(graph, graph.nodes[0], 1), Pointwise(FloatEq(), expected));
    EXPECT_THAT(constant_of(graph, graph.nodes[0], 2), Pointwise(FloatEq(), {13.f, 21.5f}));
    EXPECT_EQ(graph.nodes[0].attributes.integer("relu"), relu);
  }
}

// Its own input is cut off at 0, or padded: what is in front of it stays there.
TEST(FoldBatchNorm, InFrontOfAWinogradConvStays) {
  for (const std::int64_t relu : {0, 1}) {
    Small s;
    const ValueId x = s.input("x", {1, 2, 3, 3});
    const ValueId n = s.norm(x, kGamma, kBeta, kMean, kVariance);
    auto graph = prepare(s.done({s.winograd(n, {1, 2, 3, 4}, {10, 20}, relu)}));
    ASSERT_TRUE(graph) << graph.error().message();
    ASSERT_THAT(ops(*graph), ElementsAre("Conv", "WinogradConv"));
    EXPECT_THAT(constant_of(*graph, graph->nodes[1], 2), ElementsAre(10, 20));
    EXPECT_EQ(constant_of(*graph, graph->nodes[1], 1)[63], 4);
  }
}

TEST(FoldBatchNorm, IntoGroupedConvTranspose) {
  Small s;
  const ValueId x = s.input("x", {1, 2, 3, 3});
  const ValueId w = s.constant({2, 1, 1, 1}, {1, 1});
  const ValueId y = s.norm(s.node("ConvTranspose", {x, w}, with("group", std::int64_t(2))), kGamma,
                           kBeta, kMean, kVariance);
  const Graph graph = fold_batchnorm(s.done({y}));
  expect_valid(graph);
  ASSERT_THAT(ops(graph), ElementsAre("ConvTranspose"));
  EXPECT_THAT(constant_of(graph, graph.nodes[0], 1), Pointwise(FloatEq(), {2.f, 1.5f}));
  EXPECT_THAT(constant_of(graph, graph.nodes[0], 2), Pointwise(FloatEq(), {-7.f, -8.5f}));
}

TEST(FoldBatchNorm, IntoConvTransposeOfOneGroup) {
  Small s;
  const ValueId x = s.input("x", {1, 3, 3, 3});
  const ValueId w = s.constant({3, 2, 1, 1}, {1, 2, 3, 4, 5, 6});  // C x K
  const ValueId y = s.norm(s.node("ConvTranspose", {x, w}), kGamma, kBeta, kMean, kVariance);
  const Graph graph = fold_batchnorm(s.done({y}));
  expect_valid(graph);
  EXPECT_THAT(constant_of(graph, graph.nodes[0], 1),
              Pointwise(FloatEq(), {2.f, 3.f, 6.f, 6.f, 10.f, 9.f}));
}

TEST(FoldBatchNorm, IntoGemmBothWays) {
  for (const bool transposed : {false, true}) {
    Small s;
    const ValueId x = s.input("x", {1, 3});
    const ValueId w = transposed ? s.constant({2, 3}, {1, 3, 5, 2, 4, 6})
                                 : s.constant({3, 2}, {1, 2, 3, 4, 5, 6});
    Attributes attributes = with("transB", std::int64_t(transposed));
    attributes.set("alpha", 0.5f);
    attributes.set("beta", 2.0f);
    const ValueId y = s.norm(s.node("Gemm", {x, w, s.constant({1}, {10})}, attributes), kGamma,
                             kBeta, kMean, kVariance);
    const Graph graph = fold_batchnorm(s.done({y}));
    expect_valid(graph);
    ASSERT_THAT(ops(graph), ElementsAre("Gemm"));
    const std::vector<float> expected =
        transposed ? std::vector<float>{2, 6, 10, 3, 6, 9} : std::vector<float>{2, 3, 6, 6, 10, 9};
    EXPECT_THAT(constant_of(graph, graph.nodes[0], 1), Pointwise(FloatEq(), expected));
    // s * beta * 10 + t
    EXPECT_THAT(constant_of(graph, graph.nodes[0], 2), Pointwise(FloatEq(), {33.f, 21.5f}));
    EXPECT_EQ(graph.nodes[0].attributes.real("alpha"), 0.5f);
    EXPECT_EQ(graph.nodes[0].attributes.real("beta"), 1.0f);
  }
}

TEST(FoldBatchNorm, SharedWeightsAreNotTouchedForOthers) {
  Small s;
  const ValueId x = s.input("x", {1, 2, 3, 3});
  const ValueId w = s.constant({2, 2, 1, 1}, {1, 2, 3, 4});
  const ValueId a = s.norm(s.node("Conv", {x, w}), kGamma, kBeta, kMean, kVariance);
  const Graph graph = fold_batchnorm(s.done({a, s.node("Conv", {x, w})}));
  expect_valid(graph);
  ASSERT_THAT(ops(graph), ElementsAre("Conv", "Conv"));
  EXPECT_THAT(constant_of(graph, graph.nodes[0], 1), Pointwise(FloatEq(), {2.f, 4.f, 4.5f, 6.f}));
  EXPECT_THAT(constant_of(graph, graph.nodes[1], 1), ElementsAre(1, 2, 3, 4));
}

TEST(FoldBatchNorm, NotIntoAConvThatOthersRead) {
  for (const bool is_output : {false, true}) {
    Small s;
    const ValueId x = s.input("x", {1, 2, 3, 3});
    const ValueId c = s.conv(x, {1, 2, 3, 4});
    const ValueId y = s.norm(c, kGamma, kBeta, kMean, kVariance);
    const ValueId other = is_output ? c : s.node("Relu", {c});
    const Graph graph = fold_batchnorm(s.done({y, other}));
    expect_valid(graph);
    EXPECT_EQ(ops(graph)[1], "Conv");
    EXPECT_THAT(constant_of(graph, graph.nodes[0], 1), ElementsAre(1, 2, 3, 4));
    EXPECT_EQ(graph.nodes[1].attributes.integer("group"), 2);
    EXPECT_THAT(constant_of(graph, graph.nodes[1], 1), Pointwise(FloatEq(), {2.f, 1.5f}));
    EXPECT_THAT(constant_of(graph, graph.nodes[1], 2), Pointwise(FloatEq(), {-7.f, -8.5f}));
  }
}

TEST(FoldBatchNorm, AloneOnEveryRank) {
  for (const Shape& shape :
       {Shape{1, 2}, Shape{1, 2, 5}, Shape{1, 2, 5, 4}, Shape{1, 2, 3, 3, 3}}) {
    Small s;
    const ValueId x = s.input("x", shape);
    const Graph graph = fold_batchnorm(s.done({s.norm(x, kGamma, kBeta, kMean, kVariance)}));
    expect_valid(graph);
    if (shape.rank() == 3 || shape.rank() == 4) {
      ASSERT_THAT(ops(graph), ElementsAre("Conv"));
    } else {
      ASSERT_THAT(ops(graph), ElementsAre("Mul", "Add"));
      EXPECT_THAT(constant_of(graph, graph.nodes[0], 1), Pointwise(FloatEq(), {2.f, 1.5f}));
      EXPECT_THAT(constant_of(graph, graph.nodes[1], 1), Pointwise(FloatEq(), {-7.f, -8.5f}));
    }
  }
}

TEST(FoldScale, AllFourOperations) {
  Small s;
  const ValueId x = s.input("x", {1, 2, 3, 3});
  ValueId y = s.conv(x, {1, 2, 3, 4}, {10, 20});
  y = s.node("Mul", {y, s.constant({2, 1, 1}, {2, 3})});     // 20, 60
  y = s.node("Add", {s.constant({1, 2, 1, 1}, {1, 2}), y});  // 21, 62
  y = s.node("Sub", {s.constant({}, {1}), y});               // -20, -61
  y = s.node("Sub", {y, s.constant({2, 1, 1}, {1, 1})});     // -21, -62
  y = s.node("Div", {y, s.constant({1}, {2})});              // -10.5, -31
  const Graph graph = fold_scale(s.done({y}));
  expect_valid(graph);
  ASSERT_THAT(ops(graph), ElementsAre("Conv"));
  EXPECT_THAT(constant_of(graph, graph.nodes[0], 1),
              Pointwise(FloatEq(), {-1.f, -2.f, -4.5f, -6.f}));
  EXPECT_THAT(constant_of(graph, graph.nodes[0], 2), Pointwise(FloatEq(), {-10.5f, -31.f}));
}

TEST(FoldScale, IntoWinogradConv) {
  Small s;
  const ValueId x = s.input("x", {1, 2, 3, 3});
  ValueId y = s.winograd(x, {1, 2, 3, 4}, {10, 20}, 1);
  y = s.node("Mul", {y, s.constant({2, 1, 1}, {2, 3})});
  const Graph graph = fold_scale(s.done({s.node("Add", {y, s.constant({}, {1})})}));
  expect_valid(graph);
  ASSERT_THAT(ops(graph), ElementsAre("WinogradConv"));
  const auto weights = constant_of(graph, graph.nodes[0], 1);
  EXPECT_THAT((std::vector{weights[0], weights[31], weights[32], weights[63]}),
              ElementsAre(2, 4, 9, 12));
  EXPECT_THAT(constant_of(graph, graph.nodes[0], 2), ElementsAre(21, 61));
}

TEST(FoldScale, OnlyWhatVariesPerChannel) {
  Small s;
  const ValueId x = s.input("x", {1, 2, 2, 2});
  ValueId y = s.node("Add", {s.conv(x, {1, 2, 3, 4}), s.constant({2}, {1, 2})});  // along w
  y = s.node("Mul", {s.conv(y, {1, 2, 3, 4}), s.conv(x, {1, 0, 0, 1})});          // no constant
  y = s.node("Div", {s.constant({}, {1}), s.conv(y, {1, 2, 3, 4})});              // 1 / x
  y = s.node("Div", {s.conv(y, {1, 2, 3, 4}), s.constant({}, {0})});
  const Graph graph = fold_scale(s.done({y}));
  expect_valid(graph);
  EXPECT_EQ(graph.nodes.size(), s.graph.nodes.size());
}

TEST(FoldScale, BiasOfAGemm) {
  Small s;
  const ValueId x = s.input("x", {4, 2});
  const ValueId y = s.node("Gemm", {x, s.constant({2, 3}, {1, 2, 3, 4, 5, 6})});
  const Graph graph = fold_scale(s.done({s.node("Add", {y, s.constant({3}, {7, 8, 9})})}));
  expect_valid(graph);
  ASSERT_THAT(ops(graph), ElementsAre("Gemm"));
  EXPECT_THAT(constant_of(graph, graph.nodes[0], 2), ElementsAre(7, 8, 9));
}

TEST(Prepare, ABlockBecomesItsConvolutions) {
  Small s;
  const ValueId x = s.input("x", {1, 2, 3, 3});
  ValueId y = s.norm(s.conv(x, {1, 2, 3, 4}), kGamma, kBeta, kMean, kVariance);
  y = s.node("Identity", {s.node("Relu", {y})});
  y = s.norm(s.conv(y, {1, 2, 3, 4}), kGamma, kBeta, kMean, kVariance);
  const auto graph = prepare(s.done({s.node("Relu", {s.node("Add", {y, x})})}));
  ASSERT_TRUE(graph) << graph.error().message();
  EXPECT_THAT(ops(*graph), ElementsAre("Conv", "Conv"));
  EXPECT_EQ(macs_of(*graph), macs_of(s.graph));
}

}  // namespace
}  // namespace dlis
