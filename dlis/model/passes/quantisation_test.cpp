// Quantisation moves between nodes and values without changing what is computed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dlis/model/node_trial.h"
#include "dlis/model/passes.h"
#include "dlis/model/quantised.h"

namespace dlis {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Quant kBytes{DType::u8, {0.5f}, {0}, -1}, kCentred{DType::u8, {0.5f}, {128}, -1};

struct Builder {
  Graph graph;

  ValueId input(const Shape& shape, DType type = DType::f32) {
    const ValueId id =
        graph.add_value({"x" + std::to_string(graph.values.size()), type, shape, {}, {}});
    graph.inputs.push_back(id);
    return id;
  }
  ValueId node(Node made) {
    made.name = "n" + std::to_string(graph.nodes.size());
    const ValueId out = graph.add_value({made.name + "_y", DType::f32, std::nullopt, {}, {}});
    made.outputs = {out};
    EXPECT_TRUE(infer_node(graph, made));
    graph.nodes.push_back(std::move(made));
    return out;
  }
  ValueId op(const char* name, std::vector<ValueId> inputs, Attributes attributes = {}) {
    return node({find_operator(name), "", std::move(attributes), std::move(inputs), {}});
  }
  ValueId rounded(const Quant& quant, ValueId x) { return node(rounding_node(quant, "", x, 0)); }
  ValueId read(const Quant& quant, ValueId q) { return node(reading_node(quant, "", q, 0)); }
  ValueId through(const Quant& quant, ValueId x) { return read(quant, rounded(quant, x)); }
  ValueId weights(std::int64_t k, std::int64_t c) {
    Tensor bytes(DType::u8, {k, c, 1, 1});
    for (std::uint8_t& x : bytes.edit<std::uint8_t>()) x = std::uint8_t(100 + 3 * k);
    const ValueId id = graph.add_constant("w" + std::to_string(graph.values.size()), bytes);
    return read({DType::u8, Floats(std::size_t(k), 0.1f),
                 std::vector<std::int32_t>(std::size_t(k), 128), 0},
                id);
  }
  ValueId conv(ValueId x, std::int64_t k, std::int64_t c) {
    return op("Conv", {x, weights(k, c)}, with({{"group", std::int64_t(1)}}));
  }
  Graph done(std::vector<ValueId> outputs) {
    graph.outputs = std::move(outputs);
    return remove_dead(graph);
  }
};

std::vector<std::string> ops(const Graph& graph) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes) names.push_back(node.op->name);
  return names;
}

void expect_valid(const Graph& graph) {
  const Status status = validate(graph);
  EXPECT_TRUE(status) << status.error().message();
}

TEST(FoldQuantisation, MovesScalesToValuesAndStaysAtTheBorders) {
  Builder b;
  ValueId x = b.through(kCentred, b.input({1, 3, 4, 4}));
  x = b.through(kBytes, b.op("Relu", {b.conv(x, 5, 3)}));
  x = b.through(kCentred, b.conv(x, 2, 5));
  const Graph graph = fold_quantisation(b.done({x}));
  expect_valid(graph);
  EXPECT_THAT(ops(graph),
              ElementsAre("QuantizeLinear", "Conv", "Relu", "Conv", "DequantizeLinear"));
  EXPECT_EQ(graph.value(graph.nodes[0].outputs[0]).quant, kCentred);
  EXPECT_EQ(graph.value(graph.nodes[1].inputs[0]).quant, kCentred);
  EXPECT_EQ(graph.value(graph.nodes[2].outputs[0]).quant, kBytes);
  EXPECT_FALSE(graph.value(graph.nodes[1].outputs[0]).quant);
  const Value& w = graph.value(graph.nodes[1].inputs[1]);
  ASSERT_TRUE(w.quant);
  EXPECT_EQ(w.type, DType::i8);
  EXPECT_EQ(w.quant->zero_point, std::vector<std::int32_t>(5, 0));
  EXPECT_EQ(w.constant.as<std::int8_t>()[0], 115 - 128);
  EXPECT_EQ(real_tensor(w).as<float>()[0], float((115 - 128) * 0.1f));
}

TEST(FoldQuantisation, UnfoldsToWhatItWas) {
  Builder b;
  const ValueId x = b.through(kCentred, b.input({1, 3, 4, 4}));
  const ValueId y = b.through(kBytes, b.op("Relu", {b.conv(x, 5, 3)}));
  const ValueId z = b.through(kBytes, b.op("Add", {y, y}));
  const Graph graph =
      fold_quantisation(b.done({z, b.op("MaxPool", {y}, with({{"kernel_shape", Ints{2, 2}}}))}));
  expect_valid(graph);
  const Graph files = unfold_quantisation(graph);
  expect_valid(files);
  for (const Value& value : files.values) EXPECT_FALSE(value.quant) << value.name;
  const Graph again = fold_quantisation(files);
  expect_valid(again);
  EXPECT_EQ(ops(again), ops(graph));
  ASSERT_EQ(again.values.size(), graph.values.size());
  for (std::size_t i = 0; i < graph.values.size(); ++i) {
    EXPECT_EQ(again.values[i].name, graph.values[i].name);
    EXPECT_EQ(again.values[i].quant, graph.values[i].quant);
  }
}

TEST(FoldQuantisation, NotWhereOthersReadTheInteger) {
  Builder b;
  const ValueId q = b.rounded(kBytes, b.op("Relu", {b.input({1, 3, 4, 4})}));
  const Graph graph =
      fold_quantisation(b.done({b.op("Tanh", {b.read(kBytes, q)}),
                                b.op("Concat", {q, q}, with({{"axis", std::int64_t(1)}}))}));
  expect_valid(graph);
  EXPECT_THAT(ops(graph),
              ElementsAre("Relu", "QuantizeLinear", "DequantizeLinear", "Tanh", "Concat"));
}

TEST(FoldQuantisation, NotWhereReadersDisagree) {
  Builder b;
  const ValueId q = b.rounded(kBytes, b.input({4}));
  const Graph graph = fold_quantisation(
      b.done({b.op("Tanh", {b.read(kBytes, q)}), b.op("Tanh", {b.read(kCentred, q)})}));
  EXPECT_EQ(graph.nodes.size(), 5u);
}

TEST(FoldQuantisation, RoundingTwiceIsRoundingOnce) {
  Builder b;
  ValueId x = b.through(kBytes, b.op("Tanh", {b.input({4})}));
  x = b.op("Relu", {b.through(kBytes, x)});
  const Graph graph = fold_quantisation(b.done({x}));
  expect_valid(graph);
  EXPECT_THAT(ops(graph), ElementsAre("Tanh", "Relu"));
}

TEST(FoldQuantisation, CastsTo16BitsCount) {
  for (const DType type : {DType::bf16, DType::f16}) {
    Builder b;
    const ValueId x = b.through({type, {1.0f}, {0}, -1}, b.op("Tanh", {b.input({1, 3, 4, 4})}));
    const Graph graph = fold_quantisation(b.done({b.op("Relu", {x})}));
    expect_valid(graph);
    EXPECT_THAT(ops(graph), ElementsAre("Tanh", "Relu"));
    EXPECT_EQ(graph.value(graph.nodes[0].outputs[0]).type, type);
    const Graph again = unfold_quantisation(graph);
    EXPECT_THAT(ops(again), ElementsAre("Tanh", "Cast", "Cast", "Relu"));
    EXPECT_EQ(again.nodes[1].attributes.integer("to"), type == DType::f16 ? 10 : 16);
  }
}

TEST(FoldClamps, OnlyWhatTheBytesCutOffAsWell) {
  for (const Quant& quant : {kBytes, kCentred}) {
    Builder b;
    const ValueId x = b.through(quant, b.op("Relu", {b.op("Tanh", {b.input({4})})}));
    const Graph graph = fold_clamps(fold_quantisation(b.done({b.op("Tanh", {x})})));
    expect_valid(graph);
    EXPECT_EQ(ops(graph).size(), quant == kBytes ? 2u : 3u);
  }
  for (float high : {127.5f, 6.0f}) {
    Builder b;
    ValueId x = b.op("Clip", {b.op("Tanh", {b.input({4})})}, with({{"min", 0.0f}, {"max", high}}));
    const Graph graph =
        fold_clamps(fold_quantisation(b.done({b.op("Tanh", {b.through(kBytes, x)})})));
    EXPECT_EQ(graph.nodes.size(), high == 6 ? 3u : 2u);
  }
}

TEST(QuantisedOperators, RoundConstants) {
  const auto stored =
      fold({.op = "QuantizeLinear",
            .constants = {{0, f32s({-1, 0.25f, 0.75f, 100})},
                          {1, Tensor::scalar(0.5f)},
                          {2, Tensor::of<std::int8_t>({}, std::array<std::int8_t, 1>{3})}}});
  ASSERT_TRUE(stored) << stored.error().message();
  const auto values = (*stored)[0].as<std::int8_t>();
  EXPECT_THAT(std::vector<int>(values.begin(), values.end()), ElementsAre(1, 3, 5, 127));
}

TEST(QuantisedOperators, RefuseWithASentence) {
  const auto refusal = [](const NodeTrial& trial) {
    const auto graph = make(trial);
    return graph ? std::string() : graph.error().message();
  };
  using testing::HasSubstr;
  const Tensor half = Tensor::scalar(0.5f);
  EXPECT_EQ(refusal({.op = "QuantizeLinear", .shapes = {{4}}, .constants = {{1, half}}}), "");
  EXPECT_THAT(refusal({.op = "QuantizeLinear", .shapes = {{4}}}), HasSubstr("has no scale"));
  EXPECT_THAT(refusal({.op = "QuantizeLinear", .shapes = {{4}, {}}}), HasSubstr("is a setting"));
  EXPECT_THAT(refusal({.op = "QuantizeLinear", .shapes = {{4}}, .constants = {{1, f32s({0})}}}),
              HasSubstr("its scale is 0"));
  EXPECT_THAT(
      refusal({.op = "QuantizeLinear", .shapes = {{2, 4}}, .constants = {{1, f32s({1, 2})}}}),
      HasSubstr("2 scales for axis 1"));
  EXPECT_THAT(refusal({.op = "DequantizeLinear", .shapes = {{4}}, .constants = {{1, half}}}),
              HasSubstr("reads u8, i8 and i32, not f32"));
  EXPECT_THAT(refusal({.op = "QLinearConv", .shapes = {{4}}}), HasSubstr("at least 8"));
  EXPECT_THAT(refusal({.op = "QLinearMatMul", .shapes = {{4}}}), HasSubstr("8 inputs"));
  EXPECT_THAT(refusal({.op = "MatMulInteger", .shapes = {{4, 4}, {4, 4}}}), HasSubstr("not f32"));
  EXPECT_THAT(refusal({.op = "ConvInteger", .shapes = {{1, 1, 4, 4}, {1, 1, 2, 2}}}),
              HasSubstr("node 'it' (ConvInteger)"));
}

TEST(FoldQuantisation, NormalisationByRoundedFactorsStaysWhatItWas) {
  Builder b;
  const ValueId x = b.input({2, 3});
  const Quant eighths{DType::i8, {0.125f}, {2}, -1};
  const ValueId gamma = b.read(
      eighths, b.graph.add_constant(
                   "gamma", Tensor::of<std::int8_t>({3}, std::vector<std::int8_t>{83, 101, -7})));
  const auto plain = [&](const char* name, std::vector<float> values) {
    return b.graph.add_constant(name, Tensor::of<float>({3}, values));
  };
  const ValueId y = b.op("BatchNormalization", {x, gamma, plain("beta", {1, 2, 3}),
                                                plain("mean", {4, 5, 6}), plain("var", {1, 4, 9})});
  const Graph graph = fold_batchnorm(fold_quantisation(b.done({y})));
  expect_valid(graph);
  ASSERT_THAT(ops(graph), ElementsAre("Mul", "Add"));
  const auto factors = graph.value(graph.nodes[0].inputs[1]).constant.as<float>();
  const float wanted[] = {10.125f, 12.375f / 2, -1.125f / 3};
  for (std::size_t c = 0; c < 3; ++c) EXPECT_NEAR(factors[c], wanted[c], 1e-4);
}

}  // namespace
}  // namespace dlis
