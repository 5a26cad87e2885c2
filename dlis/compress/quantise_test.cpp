// Tests which values become bytes, equalisation, and what is refused.
#include "dlis/compress/quantise.h"

#include <gmock/gmock.h>

#include <cmath>

#include "dlis/base/rng.h"
#include "dlis/compress/sensitivity.h"
#include "dlis/compress/test_network.h"
#include "dlis/format/encoded.h"
#include "dlis/model/op.h"
#include "dlis/model/passes.h"

namespace dlis {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

// x > stem > relu "a" > left > relu "b" > right > add "sum" with a > relu "c" > pool "p" >
// gap "g" > flatten "f" > dense "y".
class Quantising : public testing::Test {
 protected:
  Quantising() {
    ValueId x = graph_.add_value({.name = "x", .shape = Shape{1, 3, 8, 8}, .quant = {}});
    graph_.inputs = {x};
    const ValueId a = add("Relu", "a", {conv("stem", x, 3, 4)});
    const ValueId b = add("Relu", "b", {conv("left", a, 4, 4)});
    const ValueId sum = add("Add", "sum", {conv("right", b, 4, 4), a});
    x = add("Relu", "c", {sum});
    Attributes window;
    window.set("kernel_shape", Ints{2, 2});
    window.set("strides", Ints{2, 2});
    x = add("MaxPool", "p", {x}, window);
    x = add("GlobalAveragePool", "g", {x});
    x = add("Flatten", "f", {x});
    Attributes dense;
    dense.set("transB", std::int64_t(1));
    x = add("Gemm", "y", {x, random("w", {5, 4}), random("bias", {5})}, dense);
    graph_.outputs = {x};
    const Status inferred = infer_shapes(graph_);
    EXPECT_TRUE(inferred) << inferred.error().message();
    images_.images = Tensor(DType::u8, {6, 8, 8, 3});
    images_.labels.assign(6, 0);
    options_.images = &images_;
    options_.observe = [](const Graph& graph, std::span<const Tensor> inputs,
                          std::span<const ValueId> wanted) {
      return noise(graph, inputs[0].shape()[0], wanted);
    };
  }

  ValueId random(const std::string& name, const Shape& shape) {
    Tensor tensor(DType::f32, shape);
    for (float& value : tensor.edit<float>()) value = float(rng_.normal());
    return graph_.add_constant(name, tensor);
  }
  ValueId add(const char* op, const std::string& name, std::vector<ValueId> inputs,
              Attributes attributes = {}) {
    const ValueId out = graph_.add_value({.name = name, .quant = {}});
    graph_.nodes.push_back(
        {find_operator(op), name + "_node", std::move(attributes), std::move(inputs), {out}});
    return out;
  }
  ValueId conv(const std::string& name, ValueId x, std::int64_t c, std::int64_t k) {
    Attributes padded;
    padded.set("pads", Ints{1, 1, 1, 1});
    return add("Conv", name, {x, random(name + "_w", {k, c, 3, 3}), random(name + "_b", {k})},
               padded);
  }
  Result<Compressed> compressed(const std::string& text) const {
    return compress(graph_, std::vector{parse_choice(text).value()}, options_);
  }
  static std::vector<std::string> bytes_of(const Graph& graph) {
    std::vector<std::string> names;
    for (const Value& value : graph.values)
      if (value.quant && !value.constant.has_value()) names.push_back(value.name);
    return names;
  }

  Rng rng_{1};
  Graph graph_;
  Dataset images_;
  CompressOptions options_;
};

TEST_F(Quantising, ValuesThatLieInMemoryBecomeBytes) {
  const auto made = compressed("quantise:type=int8");
  ASSERT_TRUE(made) << made.error().message();
  const Graph& graph = made->graph;
  const Status status = validate(graph);
  ASSERT_TRUE(status) << status.error().message();
  EXPECT_THAT(bytes_of(graph), UnorderedElementsAre("x_int8", "a", "b", "c", "p", "g", "f"));
  for (const auto* ids : {&graph.inputs, &graph.outputs})
    for (ValueId id : *ids) EXPECT_EQ(graph.value(id).type, DType::f32);
  for (const Node& node : graph.nodes) {
    const std::string_view op = node.op->name;
    if (op != "Conv" && op != "Gemm") continue;
    const Value &x = graph.value(node.inputs[0]), &w = graph.value(node.inputs[1]);
    EXPECT_EQ(x.type, DType::u8) << node.name;
    EXPECT_EQ(w.type, DType::i8) << node.name;
    EXPECT_EQ(std::int64_t(w.quant->scale.size()), w.constant.shape()[0]) << node.name;
    EXPECT_EQ(graph.value(node.inputs[2]).type, DType::i32) << node.name;
  }
}

TEST_F(Quantising, WhatOnlyMovesElementsKeepsTheScale) {
  const Graph graph = compressed("quantise:type=int8").value().graph;
  std::map<std::string, Quant> quants;
  for (const Value& value : graph.values)
    if (value.quant) quants[value.name] = *value.quant;
  EXPECT_EQ(quants.at("c"), quants.at("p"));
  EXPECT_EQ(quants.at("g"), quants.at("f"));
  EXPECT_NE(quants.at("p"), quants.at("g"));
}

TEST_F(Quantising, KeptLayersStayReal) {
  const auto made = compressed("quantise:type=int8:keep=^[yr].*_node");
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_THAT(bytes_of(made->graph), UnorderedElementsAre("x_int8", "a"));
}

TEST_F(Quantising, TernaryWeightsStayTernary) {
  const auto made = compress(
      graph_,
      std::vector{parse_choice("ternarise").value(), parse_choice("quantise:type=int8").value()},
      options_);
  ASSERT_TRUE(made) << made.error().message();
  int ternary = 0;
  for (const Node& node : made->graph.nodes) {
    if (std::string_view(node.op->name) != "Conv") continue;
    const Value& w = made->graph.value(node.inputs[1]);
    const auto scales = Tensor::of<float>({std::int64_t(w.quant->scale.size())}, w.quant->scale);
    const Encoded bytes{
        find_format("int8"), DType::i8, w.constant.shape(), 1, {w.constant, scales}};
    ternary += find_format("ternary2")->encode_bytes(bytes).has_value();
  }
  EXPECT_EQ(ternary, 2);  // left and right; the first layer is none
}

TEST_F(Quantising, SurvivesTheFileForm) {
  const Graph graph = compressed("quantise:type=int8").value().graph;
  const Graph again = fold_quantisation(unfold_quantisation(graph));
  ASSERT_EQ(again.values.size(), graph.values.size());
  for (std::size_t i = 0; i < graph.values.size(); ++i) {
    EXPECT_EQ(again.values[i].name, graph.values[i].name);
    EXPECT_EQ(again.values[i].quant, graph.values[i].quant) << graph.values[i].name;
  }
}

// Row c of the first layer and column c of the second: their product is what it was.
TEST_F(Quantising, EqualisationKeepsTheProductOfScales) {
  const ByteParts parts = byte_parts(graph_, [](const Node&) { return true; });
  Graph graph = graph_;
  EXPECT_EQ(equalise(graph, parts, options_).value(), 1);  // a has two readers; left > b > right
  const auto constant = [](const Graph& of, std::size_t node, std::size_t input) {
    return of.value(of.nodes[node].inputs[input]).constant;
  };
  const std::size_t left = 2, right = 4;
  const Tensor w1 = constant(graph_, left, 1), w1_now = constant(graph, left, 1);
  const Tensor b1 = constant(graph_, left, 2), b1_now = constant(graph, left, 2);
  const Tensor w2 = constant(graph_, right, 1), w2_now = constant(graph, right, 1);
  double change = 0;
  for (std::size_t c = 0; c < 4; ++c) {
    const float factor = w2_now.as<float>()[c * 9] / w2.as<float>()[c * 9];
    change += std::abs(std::log(double(factor)));
    EXPECT_NEAR(b1_now.as<float>()[c] * factor, b1.as<float>()[c], 1e-5);
    for (std::size_t i = 0; i < 36; ++i)
      EXPECT_NEAR(w1_now.as<float>()[c * 36 + i] * factor, w1.as<float>()[c * 36 + i], 1e-5);
    for (std::size_t k = 0; k < 4; ++k)
      EXPECT_NEAR(w2_now.as<float>()[k * 36 + c * 9 + 4],
                  w2.as<float>()[k * 36 + c * 9 + 4] * factor, 1e-5);
  }
  EXPECT_GT(change, 0.1);
  EXPECT_TRUE(constant(graph, 0, 1).same_storage(constant(graph_, 0, 1)));
}

TEST_F(Quantising, RefusesInOneSentence) {
  const auto message = [&](const std::string& rest) {
    const auto made = compressed("quantise:type=int8" + rest);
    return made ? std::string() : made.error().message();
  };
  EXPECT_THAT(message(":calibrate=most"), HasSubstr("unknown calibration 'most'"));
  EXPECT_THAT(message(":images=0"), HasSubstr("at least 1"));
  EXPECT_THAT(message(":equalise=yes"), HasSubstr("'yes' is neither 0 nor 1"));
  EXPECT_THAT(message(":keep=["), HasSubstr("'[' is no regular expression"));
  EXPECT_THAT(message(":keep=."), HasSubstr("can compute on bytes"));
  EXPECT_THAT(message(":epochs=-1"), HasSubstr("must be 0 to 10000"));
  const auto twice = compress(graph_,
                              std::vector{parse_choice("quantise:type=int8").value(),
                                          parse_choice("quantise:type=int8").value()},
                              options_);
  EXPECT_THAT(twice.error().message(), HasSubstr("quantised already"));
  EXPECT_TRUE(twice.error().refused);
  for (const char* second : {"quantise:type=f16", "quantise:type=bf16"}) {
    const auto nothing = compress(
        graph_,
        std::vector{parse_choice("quantise:type=f16").value(), parse_choice(second).value()},
        options_);
    ASSERT_FALSE(nothing);
    EXPECT_TRUE(nothing.error().refused);
  }
  options_.images = nullptr;
  EXPECT_THAT(message(""), HasSubstr("calibration needs images: give --data"));
}

TEST_F(Quantising, AskingToStopStops) {
  options_.progress = [](std::string_view, double) { return false; };
  EXPECT_THAT(compressed("quantise:type=int8").error().message(), HasSubstr("stopped"));
}

TEST_F(Quantising, SensitivityNamesEveryLayerTheWorstFirst) {
  options_.observe = [](const Graph& graph, std::span<const Tensor> inputs,
                        std::span<const ValueId> wanted) {
    auto values = noise(graph, inputs[0].shape()[0], wanted);
    for (const Node& node : graph.nodes)  // `left` is the guilty one
      if (node.name == "left_node" && graph.value(node.inputs[1]).quant && wanted.size() == 1)
        for (float& v : (*values)[0].edit<float>()) v = -v;
    return values;
  };
  const auto found =
      quantisation_sensitivity(graph_, parse_choice("quantise:type=int8").value(), options_);
  ASSERT_TRUE(found) << found.error().message();
  ASSERT_EQ(found->size(), 4u);
  EXPECT_EQ((*found)[0].layer, "left_node");
  EXPECT_NEAR((*found)[0].error, 4, 1e-6);
  EXPECT_EQ((*found)[1].error, 0);
  EXPECT_EQ((*found)[1].agreement, 100);
}

TEST(SampleOf, TakesImagesEvenly) {
  Dataset all;
  all.images = Tensor(DType::u8, {10, 1, 1, 1});
  for (int i = 0; i < 10; ++i) {
    all.images.edit<std::uint8_t>()[std::size_t(i)] = std::uint8_t(i);
    all.labels.push_back(i);
  }
  EXPECT_THAT(sample_of(all, 3).labels, ElementsAre(0, 3, 6));
  EXPECT_EQ(sample_of(all, 3).images.as<std::uint8_t>()[2], 6);
  EXPECT_EQ(sample_of(all, 99).size(), 10);
}

}  // namespace
}  // namespace dlis
