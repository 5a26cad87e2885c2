// Each pass on small graphs: the structure it leaves, and the numbers by hand.
#include "dlis/model/passes.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "dlis/model/op.h"

namespace dlis {
namespace {

using testing::ElementsAre;
using testing::FloatEq;
using testing::Pointwise;

// Builds a graph node by node in canonical form (opset 17 rules).
class Small {
 public:
  ValueId input(const std::string& name, const Shape& shape) {
    graph.inputs.push_back(graph.add_value({.name = name, .shape = shape}));
    return graph.inputs.back();
  }
  ValueId constant(const Shape& shape, std::vector<float> values) {
    const std::string name = "c" + std::to_string(graph.values.size());
    return graph.add_constant(name, Tensor::of<float>(shape, std::span<const float>(values)));
  }
  ValueId node(const char* op, std::vector<ValueId> inputs, Attributes attributes = {}) {
    const ValueId out = graph.add_value({.name = "v" + std::to_string(graph.values.size())});
    Node made{find_operator(op),
              "n" + std::to_string(graph.nodes.size()),
              std::move(attributes),
              std::move(inputs),
              {out}};
    ImportNode in{graph, 17, made, {}, {}};
    Status status = import_node(in);
    if (status) status = infer_node(graph, made);
    EXPECT_TRUE(status) << status.error().message();
    graph.nodes.push_back(std::move(made));
    return out;
  }
  // 1x1 convolution from the channels of x to weights.size() / channels.
  ValueId conv(ValueId x, std::vector<float> weights, std::vector<float> bias = {}) {
    const std::int64_t c = (*graph.value(x).shape)[1];
    const std::int64_t k = std::int64_t(weights.size()) / c;
    std::vector<ValueId> inputs{x, constant({k, c, 1, 1}, weights)};
    if (!bias.empty()) inputs.push_back(constant({k}, bias));
    return node("Conv", inputs);
  }
  // In the Winograd domain of m = 2; all 16 values of a pair of channels are equal.
  ValueId winograd(ValueId x, const std::vector<float>& weights, std::vector<float> bias = {},
                   std::int64_t relu = 0) {
    const std::int64_t c = (*graph.value(x).shape)[1];
    const std::int64_t k = std::int64_t(weights.size()) / c;
    std::vector<float> all;
    for (const float weight : weights) all.insert(all.end(), 16, weight);
    std::vector<ValueId> inputs{x, constant({k, c, 4, 4}, all)};
    if (!bias.empty()) inputs.push_back(constant({k}, bias));
    Attributes attributes;
    attributes.set("m", std::int64_t(2));
    attributes.set("relu", relu);
    attributes.set("pads", Ints{1, 1, 1, 1});
    return node("WinogradConv", inputs, attributes);
  }
  ValueId norm(ValueId x, std::vector<float> gamma, std::vector<float> beta,
               std::vector<float> mean, std::vector<float> variance) {
    const Shape shape{std::int64_t(gamma.size())};
    return node("BatchNormalization",
                {x, constant(shape, gamma), constant(shape, beta), constant(shape, mean),
                 constant(shape, variance)},
                epsilon(0.5f));
  }
  static Attributes epsilon(float value) {
    Attributes attributes;
    attributes.set("epsilon", value);
    return attributes;
  }
  Graph done(std::vector<ValueId> outputs) {
    graph.outputs = std::move(outputs);
    EXPECT_TRUE(validate(graph)) << validate(graph).error().message();
    return graph;
  }
  Graph graph;
};

std::vector<std::string> ops(const Graph& graph) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes) names.emplace_back(node.op->name);
  return names;
}

std::vector<float> constant_of(const Graph& graph, const Node& node, std::size_t input) {
  const auto values = graph.value(node.inputs.at(input)).constant.as<float>();
  return {values.begin(), values.end()};
}

void expect_valid(const Graph& graph) {
  const Status status = validate(graph);
  EXPECT_TRUE(status) << status.error().message();
}

Attributes with(const std::string& name, Attribute value) {
  Attributes attributes;
  attributes.set(name, std::move(value));
  return attributes;
}

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

TEST(FuseEnds, ResidualAndActivation) {
  Small s;
  const ValueId x = s.input("x", {1, 2, 3, 3});
  const ValueId a = s.node("Relu", {s.conv(x, {1, 2, 3, 4}, {1, 2})});
  const ValueId b = s.conv(a, {1, 2, 3, 4});
  const Graph graph = fuse_ends(s.done({s.node("Relu", {s.node("Add", {b, x})})}));
  expect_valid(graph);
  ASSERT_THAT(ops(graph), ElementsAre("Conv", "Conv"));
  EXPECT_EQ(graph.nodes[0].attributes.text("activation"), "relu");
  EXPECT_EQ(graph.nodes[0].inputs.size(), 3u);
  ASSERT_EQ(graph.nodes[1].inputs.size(), 4u);
  EXPECT_EQ(graph.nodes[1].inputs[2], kNoValue);
  EXPECT_EQ(graph.nodes[1].inputs[3], graph.inputs[0]);
  EXPECT_EQ(graph.nodes[1].attributes.text("activation"), "relu");
  EXPECT_EQ(graph.nodes[1].outputs[0], graph.outputs[0]);
}

TEST(FuseEnds, WinogradConvTakesBoth) {
  Small s;
  const ValueId x = s.input("x", {1, 2, 3, 3});
  const ValueId a = s.node("Relu", {s.winograd(x, {1, 2, 3, 4}, {1, 2})});
  const ValueId b = s.winograd(a, {1, 2, 3, 4}, {}, 1);
  const Graph graph = fuse_ends(s.done({s.node("LeakyRelu", {s.node("Add", {x, b})})}));
  expect_valid(graph);
  ASSERT_THAT(ops(graph), ElementsAre("WinogradConv", "WinogradConv"));
  EXPECT_EQ(graph.nodes[0].attributes.text("activation"), "relu");
  ASSERT_EQ(graph.nodes[1].inputs.size(), 4u);
  EXPECT_EQ(graph.nodes[1].inputs[2], kNoValue);
  EXPECT_EQ(graph.nodes[1].inputs[3], graph.inputs[0]);
  EXPECT_EQ(graph.nodes[1].attributes.text("activation"), "leaky_relu");
  EXPECT_EQ(graph.nodes[1].attributes.integer("relu"), 1);
}

// The shortcut is computed after the convolution that takes it: the convolution has to move.
TEST(FuseEnds, KeepsTopologicalOrder) {
  Small s;
  const ValueId x = s.input("x", {1, 2, 3, 3});
  const ValueId main = s.conv(x, {1, 2, 3, 4});
  const ValueId shortcut = s.conv(s.node("Tanh", {x}), {4, 3, 2, 1});
  const ValueId y = s.node("Relu", {s.node("Add", {main, shortcut})});
  const Graph graph = fuse_ends(s.done({s.conv(y, {1, 1, 1, 1})}));
  expect_valid(graph);
  ASSERT_THAT(ops(graph), ElementsAre("Tanh", "Conv", "Conv", "Conv"));
  EXPECT_EQ(graph.nodes[2].inputs.at(3), graph.nodes[1].outputs[0]);
  EXPECT_FALSE(graph.nodes[1].attributes.has("activation"));
}

TEST(FuseEnds, NotWhereTheResidualIsItsOwnOutputOrBroadcasts) {
  Small s;
  const ValueId x = s.input("x", {1, 2, 3, 3}), row = s.input("row", {1, 2, 1, 3});
  const ValueId a = s.conv(x, {1, 2, 3, 4});
  const ValueId twice = s.node("Add", {a, a});
  const ValueId y = s.node("Add", {s.conv(twice, {1, 2, 3, 4}), row});
  const Graph graph = fuse_ends(s.done({y}));
  expect_valid(graph);
  EXPECT_THAT(ops(graph), ElementsAre("Conv", "Add", "Conv", "Add"));
}

TEST(FuseEnds, NotWhereOthersReadTheConv) {
  Small s;
  const ValueId x = s.input("x", {1, 2, 3, 3});
  const ValueId a = s.conv(x, {1, 2, 3, 4}), b = s.conv(x, {1, 2, 3, 4});
  const Graph graph =
      fuse_ends(s.done({s.node("Relu", {a}), s.node("Tanh", {a}), s.node("Relu", {b}), b}));
  expect_valid(graph);
  EXPECT_EQ(graph.nodes.size(), 5u);
}

TEST(FuseEnds, OneResidualOnly) {
  Small s;
  const ValueId x = s.input("x", {1, 2, 3, 3});
  const ValueId sum = s.node("Add", {s.conv(x, {1, 2, 3, 4}), x});
  const Graph graph = fuse_ends(s.done({s.node("Relu", {s.node("Add", {sum, x})})}));
  expect_valid(graph);
  EXPECT_THAT(ops(graph), ElementsAre("Conv", "Add", "Relu"));
}

// However it is multiplied, and with whatever digits.
TEST(FuseGelu, OfAllOrders) {
  Small s;
  const ValueId x = s.input("x", {1, 2, 3, 3});
  const auto number = [&](float value) { return s.constant({}, {value}); };
  const auto bell = [&](ValueId v) {
    const ValueId inner = s.node("Div", {v, number(1.4142135f)});
    return s.node("Add", {s.node("Erf", {inner}), number(1)});
  };
  ValueId y = s.node("Mul", {s.node("Mul", {x, bell(x)}), number(0.5f)});
  y = s.node("Mul", {y, s.node("Mul", {number(0.5f), bell(y)})});
  y = s.node("Mul", {bell(y), s.node("Mul", {y, number(0.5f)})});
  const ValueId scaled = s.node("Mul", {number(0.70711f), y});
  const ValueId last = s.node("Add", {number(1), s.node("Erf", {scaled})});
  const Graph graph = fuse_gelu(s.done({s.node("Mul", {s.node("Div", {y, number(2)}), last})}));
  expect_valid(graph);
  EXPECT_THAT(ops(graph), ElementsAre("Gelu", "Gelu", "Gelu", "Gelu"));
}

TEST(FuseGelu, NothingElse) {
  for (const float more : {1.0f, 2.0f})
    for (const float factor : {0.5f, 1.0f})
      for (const float root : {1.4142135f, 1.5f})
        for (const bool of_x : {true, false}) {
          Small s;
          const ValueId x = s.input("x", {1, 2, 3, 3}), z = s.input("z", {1, 2, 3, 3});
          const auto number = [&](float value) { return s.constant({}, {value}); };
          const ValueId erf = s.node("Erf", {s.node("Div", {x, number(root)})});
          const ValueId product = s.node("Mul", {of_x ? x : z, s.node("Add", {erf, number(more)})});
          const Graph graph = fuse_gelu(s.done({s.node("Mul", {product, number(factor)})}));
          expect_valid(graph);
          const bool is_one = more == 1 && factor == 0.5f && root < 1.5f && of_x;
          EXPECT_EQ(ops(graph).size(), is_one ? 1u : 5u);
        }
}

TEST(FuseEnds, EveryActivation) {
  Small s;
  const ValueId x = s.input("x", {1, 2, 3, 3});
  ValueId y = x;
  const auto conv = [&] { return s.conv(y, {1, 2, 3, 4}); };
  const auto number = [&](float value) { return s.constant({}, {value}); };
  y = s.node("Clip", {conv(), number(0), number(6)});
  y = s.node("Clip", {conv(), number(0)});
  y = s.node("Clip", {conv(), number(-1), number(1)});
  y = s.node("LeakyRelu", {conv()}, with("alpha", 0.25f));
  y = s.node("HardSwish", {conv()});
  y = s.node("HardSigmoid", {conv()});
  y = s.node("Sigmoid", {conv()});
  y = s.node("Tanh", {conv()});
  const Graph graph = fuse_ends(s.done({y}));
  expect_valid(graph);
  ASSERT_EQ(graph.nodes.size(), 9u);
  std::vector<std::string> found;
  std::vector<float> a, b;
  for (const Node& node : graph.nodes) {
    found.push_back(node.attributes.text("activation"));
    a.push_back(node.attributes.real("activation_a"));
    b.push_back(node.attributes.real("activation_b"));
  }
  EXPECT_THAT(found, ElementsAre("clip", "relu", "clip", "leaky_relu", "hardswish", "hardsigmoid",
                                 "sigmoid", "", ""));
  EXPECT_THAT(a, ElementsAre(0, 0, -1, 0.25f, 0, 0.2f, 0, 0, 0));
  EXPECT_THAT(b, ElementsAre(6, 0, 1, 0, 0, 0.5f, 0, 0, 0));
}

TEST(FuseEnds, GemmTakesActivationsOnly) {
  Small s;
  const ValueId x = s.input("x", {1, 2});
  const ValueId w = s.constant({2, 2}, {1, 2, 3, 4});
  const ValueId y = s.node("Relu", {s.node("Gemm", {x, w})});
  const Graph graph = fuse_ends(s.done({s.node("Add", {s.node("Gemm", {y, w}), x})}));
  expect_valid(graph);
  ASSERT_THAT(ops(graph), ElementsAre("Gemm", "Gemm", "Add"));
  EXPECT_EQ(graph.nodes[0].attributes.text("activation"), "relu");
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
