// Every operator's import rules over the opsets, shapes, folding, export and refusals.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "dlis/model/node_trial.h"

namespace dlis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Ints shape_of_output(const NodeTrial& trial, int output = 0) {
  const auto graph = make(trial);
  if (!graph) return ADD_FAILURE() << trial.op << ": " << graph.error().message(), Ints{-99};
  const Shape& shape = *graph->value(graph->nodes[0].outputs[std::size_t(output)]).shape;
  return Ints(shape.begin(), shape.end());
}

Attributes canonical(const NodeTrial& trial) {
  const auto graph = make(trial);
  if (!graph) return ADD_FAILURE() << trial.op << ": " << graph.error().message(), Attributes();
  return graph->nodes[0].attributes;
}

std::string refusal(const NodeTrial& trial) {
  const auto graph = make(trial);
  return graph ? "accepted" : graph.error().message();
}

Tensor folded(const NodeTrial& trial) {
  const auto outputs = fold(trial);
  if (!outputs) return ADD_FAILURE() << trial.op << ": " << outputs.error().message(), Tensor();
  EXPECT_TRUE((*outputs)[0].has_value()) << trial.op << " did not fold";
  return (*outputs)[0];
}

Ints integers(const Tensor& tensor) {
  if (!tensor.has_value()) return {};
  const Tensor wide = tensor.converted(DType::i64);
  return Ints(wide.as<std::int64_t>().begin(), wide.as<std::int64_t>().end());
}

Floats reals(const Tensor& tensor) {
  if (!tensor.has_value()) return {};
  return Floats(tensor.as<float>().begin(), tensor.as<float>().end());
}

const Tensor kAbsent;

TEST(Operators, NamesAreUnique) {
  std::set<std::string> names;
  for (const Operator* op : operators()) {
    EXPECT_TRUE(names.insert(op->name).second) << op->name;
    EXPECT_EQ(find_operator(op->name), op);
    EXPECT_LE(op->min_inputs, op->max_inputs);
  }
  EXPECT_EQ(find_operator("Nonsense"), nullptr);
}

TEST(Operators, RefuseWhatTheyDoNotKnow) {
  EXPECT_THAT(refusal({.op = "Relu", .attributes = with({{"slope", 1.0f}}), .shapes = {{1}}}),
              HasSubstr("node 'it' (Relu): attribute 'slope' is not known"));
  EXPECT_THAT(refusal({.op = "Relu", .shapes = {{1}, {1}}}), HasSubstr("at most 1"));
  EXPECT_THAT(refusal({.op = "Add", .shapes = {{1}}}), HasSubstr("at least 2"));
  EXPECT_THAT(refusal({.op = "Add", .shapes = {{1}}, .constants = {{1, kAbsent}}}),
              HasSubstr("at least 2"));
  EXPECT_THAT(refusal({.op = "Reshape", .shapes = {{4}, {1}}}),
              HasSubstr("input 1 ('b') is a setting and has to be a constant"));
}

TEST(Conv, Shapes) {
  EXPECT_THAT(shape_of_output({.op = "Conv", .shapes = {{2, 3, 9, 7}, {8, 3, 3, 3}}}),
              ElementsAre(2, 8, 7, 5));
  EXPECT_THAT(shape_of_output({.op = "Conv",
                               .attributes = with({{"strides", Ints{2, 1}},
                                                   {"dilations", Ints{1, 2}},
                                                   {"pads", Ints{1, 0, 2, 3}},
                                                   {"group", std::int64_t(2)}}),
                               .shapes = {{1, 4, 9, 7}, {6, 2, 3, 3}, {6}}}),
              ElementsAre(1, 6, 5, 6));
  EXPECT_THAT(shape_of_output({.op = "Conv",
                               .attributes = with({{"strides", Ints{2}}, {"pads", Ints{1, 1}}}),
                               .shapes = {{1, 4, 9}, {6, 4, 3}}}),
              ElementsAre(1, 6, 5));
}

TEST(Conv, AutoPadBecomesPads) {
  const auto with_mode = [](const char* mode) {
    return NodeTrial{.op = "Conv",
                     .attributes = with({{"auto_pad", std::string(mode)}, {"strides", Ints{2, 2}}}),
                     .shapes = {{1, 1, 6, 5}, {1, 1, 3, 3}}};
  };
  EXPECT_THAT(canonical(with_mode("SAME_UPPER")).ints("pads"), ElementsAre(0, 1, 1, 1));
  EXPECT_THAT(canonical(with_mode("SAME_LOWER")).ints("pads"), ElementsAre(1, 1, 0, 1));
  EXPECT_THAT(shape_of_output(with_mode("SAME_LOWER")), ElementsAre(1, 1, 3, 3));
  EXPECT_THAT(shape_of_output(with_mode("VALID")), ElementsAre(1, 1, 2, 2));
  EXPECT_THAT(refusal(with_mode("SOMEHOW")), HasSubstr("auto_pad 'SOMEHOW' is not known"));
}

TEST(Conv, SaysWhatIsWrong) {
  EXPECT_THAT(refusal({.op = "Conv", .shapes = {{1, 3, 8, 8}, {4, 2, 3, 3}}}),
              HasSubstr("has 3 channels in 1 group(s), but its weights are for 2 channels"));
  EXPECT_THAT(refusal({.op = "Conv", .shapes = {{1, 3, 8, 8}, {4, 3, 3, 3}, {5}}}),
              HasSubstr("its bias is 5, but it has 4 output channels"));
  EXPECT_THAT(refusal({.op = "Conv",
                       .attributes = with({{"group", std::int64_t(2)}}),
                       .shapes = {{1, 3, 8, 8}, {4, 3, 3, 3}}}),
              HasSubstr("2 groups do not divide 3 input and 4 output channels"));
  EXPECT_THAT(refusal({.op = "Conv", .shapes = {{1, 3, 2, 8}, {4, 3, 3, 3}}}),
              HasSubstr("a window that reaches over 3 does not fit the padded extent 2"));
  EXPECT_THAT(refusal({.op = "Conv",
                       .attributes = with({{"kernel_shape", Ints{5, 5}}}),
                       .shapes = {{1, 3, 8, 8}, {4, 3, 3, 3}}}),
              HasSubstr("kernel_shape is not that of its weights"));
  EXPECT_THAT(refusal({.op = "Conv",
                       .attributes = with({{"strides", Ints{0, 1}}}),
                       .shapes = {{1, 3, 8, 8}, {4, 3, 3, 3}}}),
              HasSubstr("0 in its strides is out of range"));
  EXPECT_THAT(refusal({.op = "Conv",
                       .attributes = with({{"strides", Ints{1}}}),
                       .shapes = {{1, 3, 8, 8}, {4, 3, 3, 3}}}),
              HasSubstr("its strides are 1 numbers, but have to be 2"));
  EXPECT_THAT(refusal({.op = "Conv", .shapes = {{1, 3, 8, 8}, {4, 3, 3}}}),
              HasSubstr("its input is 1x3x8x8 but its weights are 4x3x3"));
  EXPECT_THAT(refusal({.op = "Conv", .shapes = {{1, 3, 8, 8}, {4, 3, 3, 3}, {4}, {1, 4, 6, 6}}}),
              HasSubstr("at most 3 inputs"));
}

TEST(ConvTranspose, Shapes) {
  const auto trial = [](std::initializer_list<std::pair<const char*, Attribute>> attributes) {
    return NodeTrial{.op = "ConvTranspose",
                     .attributes = with(attributes),
                     .shapes = {{1, 4, 3, 5}, {4, 6, 3, 3}}};
  };
  EXPECT_THAT(shape_of_output(trial({})), ElementsAre(1, 6, 5, 7));
  EXPECT_THAT(shape_of_output(trial({{"strides", Ints{2, 2}},
                                     {"pads", Ints{1, 1, 1, 1}},
                                     {"output_padding", Ints{1, 0}},
                                     {"group", std::int64_t(2)}})),
              ElementsAre(1, 12, 6, 9));
  const auto wanted = trial({{"strides", Ints{3, 2}}, {"output_shape", Ints{10, 8}}});
  EXPECT_THAT(shape_of_output(wanted), ElementsAre(1, 6, 10, 8));
  EXPECT_THAT(canonical(wanted).ints("pads"), ElementsAre(0, 2, 0, 1));
  EXPECT_THAT(canonical(wanted).ints("output_padding"), ElementsAre(1, 0));
  const auto same = trial({{"strides", Ints{2, 2}}, {"auto_pad", std::string("SAME_UPPER")}});
  EXPECT_THAT(shape_of_output(same), ElementsAre(1, 6, 6, 10));
  EXPECT_THAT(canonical(same).ints("pads"), ElementsAre(0, 0, 1, 1));
}

TEST(Pools, LastWindowMayNotBeginInThePadding) {
  const auto pool = [](Ints kernel, Ints strides, Ints pads, std::int64_t ceil, Shape x) {
    return shape_of_output(
        {.op = "MaxPool",
         .attributes = with(
             {{"kernel_shape", kernel}, {"strides", strides}, {"pads", pads}, {"ceil_mode", ceil}}),
         .shapes = {x}});
  };
  EXPECT_THAT(pool({3, 3}, {2, 2}, {0, 0, 0, 0}, 0, {1, 1, 4, 4}), ElementsAre(1, 1, 1, 1));
  EXPECT_THAT(pool({3, 3}, {2, 2}, {0, 0, 0, 0}, 1, {1, 1, 4, 4}), ElementsAre(1, 1, 2, 2));
  EXPECT_THAT(pool({3, 3}, {3, 3}, {1, 1, 1, 1}, 1, {1, 3, 2, 2}), ElementsAre(1, 3, 1, 1));
  EXPECT_THAT(pool({1, 1}, {2, 2}, {0, 0, 0, 0}, 1, {1, 1, 2, 2}), ElementsAre(1, 1, 1, 1));
  EXPECT_THAT(pool({2}, {1}, {0, 0}, 0, {1, 3, 32}), ElementsAre(1, 3, 31));
}

TEST(Pools, Refusals) {
  EXPECT_THAT(refusal({.op = "MaxPool", .shapes = {{1, 1, 4, 4}}}),
              HasSubstr("needs 'kernel_shape'"));
  const NodeTrial indices{.op = "MaxPool",
                          .attributes = with({{"kernel_shape", Ints{2, 2}}}),
                          .shapes = {{1, 1, 4, 4}},
                          .outputs = 2};
  EXPECT_THAT(refusal(indices), HasSubstr("somebody uses its output 1"));
  NodeTrial unused = indices;
  unused.unused_outputs = {false, true};
  EXPECT_THAT(shape_of_output(unused), ElementsAre(1, 1, 3, 3));
}

TEST(Dense, Shapes) {
  EXPECT_THAT(shape_of_output(
                  {.op = "Gemm",
                   .attributes = with({{"transA", std::int64_t(1)}, {"transB", std::int64_t(1)}}),
                   .shapes = {{4, 3}, {5, 4}, {1, 5}}}),
              ElementsAre(3, 5));
  EXPECT_THAT(refusal({.op = "Gemm", .shapes = {{4, 3}, {5, 4}}}),
              HasSubstr("4x3 times 5x4 does not fit"));
  EXPECT_THAT(refusal({.op = "Gemm", .shapes = {{4, 3}, {3, 5}, {3}}}), HasSubstr("broadcast"));
  const auto matmul = [](Shape a, Shape b) {
    return shape_of_output({.op = "MatMul", .shapes = {a, b}});
  };
  EXPECT_THAT(matmul({3}, {3}), ElementsAre());
  EXPECT_THAT(matmul({4}, {2, 4, 1}), ElementsAre(2, 1));
  EXPECT_THAT(matmul({1, 2, 4, 3}, {3}), ElementsAre(1, 2, 4));
  EXPECT_THAT(matmul({3, 1, 3, 4}, {1, 2, 4, 2}), ElementsAre(3, 2, 3, 2));
}

TEST(BatchNormalization, OnlyInference) {
  const std::vector<Shape> shapes{{2, 3, 4, 5}, {3}, {3}, {3}, {3}};
  EXPECT_FLOAT_EQ(
      canonical({.op = "BatchNormalization", .opset = 9, .shapes = shapes}).real("epsilon"), 1e-5f);
  EXPECT_THAT(refusal({.op = "BatchNormalization",
                       .attributes = with({{"training_mode", std::int64_t(1)}}),
                       .shapes = shapes}),
              HasSubstr("export the network in evaluation mode"));
  EXPECT_THAT(refusal({.op = "BatchNormalization", .opset = 7, .shapes = shapes, .outputs = 5}),
              HasSubstr("somebody uses its output 1"));
  EXPECT_THAT(refusal({.op = "BatchNormalization", .shapes = {{2, 3, 4, 5}, {3}, {3}, {4}, {3}}}),
              HasSubstr("its mean is 4, but its input has 3 channels"));
}

TEST(Clip, BoundsFromAttributesOrInputs) {
  const auto old = canonical({.op = "Clip",
                              .opset = 7,
                              .attributes = with({{"min", 0.0f}, {"max", 6.0f}}),
                              .shapes = {{3}}});
  EXPECT_EQ(old.real("max"), 6);
  const auto now = canonical(
      {.op = "Clip", .shapes = {{3}}, .constants = {{1, kAbsent}, {2, Tensor::scalar(6)}}});
  EXPECT_EQ(now.real("max"), 6);
  EXPECT_EQ(now.real("min"), std::numeric_limits<float>::lowest());
}

TEST(Elementwise, BroadcastAndFold) {
  EXPECT_THAT(shape_of_output({.op = "Add", .shapes = {{3, 1, 5}, {4, 1}}}), ElementsAre(3, 4, 5));
  EXPECT_THAT(refusal({.op = "Mul", .shapes = {{3}, {4}}}), HasSubstr("shapes 3 and 4 do not fit"));
  EXPECT_THAT(refusal({.op = "Mul", .shapes = {{3}}, .constants = {{1, i64s({1})}}}),
              HasSubstr("different types"));
  EXPECT_THAT(integers(folded({.op = "Add", .constants = {{0, i64s({1, 2})}, {1, i64s({10})}}})),
              ElementsAre(11, 12));
  EXPECT_THAT(integers(folded({.op = "Div", .constants = {{0, i64s({-7, 7})}, {1, i64s({2})}}})),
              ElementsAre(-3, 3));
  EXPECT_THAT(
      reals(folded({.op = "Sub", .constants = {{0, f32s({1, 2, 3})}, {1, Tensor::scalar(1)}}})),
      ElementsAre(0, 1, 2));
  EXPECT_THAT(reals(folded({.op = "Max",
                            .constants = {{0, f32s({1, 5})}, {1, f32s({3})}, {2, f32s({2, 9})}}})),
              ElementsAre(3, 9));
  EXPECT_THAT(reals(folded({.op = "Pow", .constants = {{0, f32s({2, 3})}, {1, i64s({2})}}})),
              ElementsAre(4, 9));
  EXPECT_THAT(reals(folded({.op = "Floor", .constants = {{0, f32s({1.5f, -1.5f})}}})),
              ElementsAre(1, -2));
  const auto zero = fold({.op = "Div", .constants = {{0, i64s({1})}, {1, i64s({0})}}});
  ASSERT_FALSE(zero);
  EXPECT_THAT(zero.error().message(), HasSubstr("divides an integer by zero"));
}

TEST(Reduce, AxesFromAttributeOrInput) {
  const auto keep = [](std::int64_t k) { return with({{"keepdims", k}, {"axes", Ints{-1, 0}}}); };
  EXPECT_THAT(shape_of_output({.op = "ReduceMean", .attributes = keep(1), .shapes = {{2, 3, 4}}}),
              ElementsAre(1, 3, 1));
  EXPECT_THAT(shape_of_output(
                  {.op = "ReduceMax", .opset = 11, .attributes = keep(0), .shapes = {{2, 3, 4}}}),
              ElementsAre(3));
  const NodeTrial by_input{
      .op = "ReduceSum", .opset = 13, .shapes = {{2, 3, 4}}, .constants = {{1, i64s({1})}}};
  EXPECT_THAT(shape_of_output(by_input), ElementsAre(2, 1, 4));
  EXPECT_THAT(canonical(by_input).ints("axes"), ElementsAre(1));
  NodeTrial all = by_input;
  all.constants = {{1, i64s({})}};
  EXPECT_THAT(canonical(all).ints("axes"), ElementsAre(0, 1, 2));
  all.attributes = with({{"noop_with_empty_axes", std::int64_t(1)}});
  EXPECT_THAT(shape_of_output(all), ElementsAre(2, 3, 4));
}

TEST(Softmax, OldOnesFlatten) {
  const NodeTrial old{.op = "Softmax", .opset = 11, .shapes = {{2, 3, 4}}};
  EXPECT_EQ(canonical(old).integer("coerce"), 1);
  EXPECT_EQ(canonical(old).integer("axis"), 1);
  NodeTrial flat = old;
  flat.shapes = {{2, 1, 5, 1}};
  EXPECT_EQ(canonical(flat).integer("coerce"), 0);
  EXPECT_EQ(canonical(flat).integer("axis"), 2);
  NodeTrial now = old;
  now.opset = 13;
  EXPECT_EQ(canonical(now).integer("axis"), 2);
}

TEST(Concat, ShapesAndFold) {
  const auto along = [](std::int64_t axis) { return with({{"axis", axis}}); };
  EXPECT_THAT(
      shape_of_output({.op = "Concat", .attributes = along(-2), .shapes = {{2, 3, 4}, {2, 5, 4}}}),
      ElementsAre(2, 8, 4));
  EXPECT_THAT(refusal({.op = "Concat", .attributes = along(0), .shapes = {{2, 3}, {2, 4}}}),
              HasSubstr("does not fit"));
  const Tensor a = f32s({1, 2, 3, 4}).reshaped({2, 2}), b = f32s({5, 6}).reshaped({2, 1});
  EXPECT_THAT(
      reals(folded({.op = "Concat", .attributes = along(1), .constants = {{0, a}, {1, b}}})),
      ElementsAre(1, 2, 5, 3, 4, 6));
}

TEST(Split, PartsFromAllForms) {
  const NodeTrial old{.op = "Split",
                      .opset = 11,
                      .attributes = with({{"axis", std::int64_t(1)}, {"split", Ints{2, 4}}}),
                      .shapes = {{2, 6}},
                      .outputs = 2};
  EXPECT_THAT(shape_of_output(old, 1), ElementsAre(2, 4));
  const NodeTrial by_input{
      .op = "Split", .shapes = {{6, 2}}, .constants = {{1, i64s({1, 5})}}, .outputs = 2};
  EXPECT_THAT(shape_of_output(by_input, 1), ElementsAre(5, 2));
  const NodeTrial uneven{.op = "Split",
                         .opset = 18,
                         .attributes = with({{"num_outputs", std::int64_t(3)}}),
                         .shapes = {{7}},
                         .outputs = 3};
  EXPECT_THAT(canonical(uneven).ints("split"), ElementsAre(3, 3, 1));
  NodeTrial wrong = old;
  wrong.attributes.set("split", Ints{2, 5});
  EXPECT_THAT(refusal(wrong), HasSubstr("do not add up"));
  EXPECT_THAT(
      reals((*fold({.op = "Split", .constants = {{0, f32s({1, 2, 3, 4})}}, .outputs = 2}))[1]),
      ElementsAre(3, 4));
}

TEST(Slice, ClampsLikeNumpy) {
  const auto cut = [](std::int64_t start, std::int64_t end, std::int64_t step) {
    return folded({.op = "Slice",
                   .constants = {{0, f32s({0, 1, 2, 3, 4})},
                                 {1, i64s({start})},
                                 {2, i64s({end})},
                                 {3, i64s({-1})},
                                 {4, i64s({step})}}});
  };
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  EXPECT_THAT(reals(cut(1, kMost, 1)), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(reals(cut(-2, 1000, 1)), ElementsAre(3, 4));
  EXPECT_THAT(reals(cut(kMost, kLeast, -2)), ElementsAre(4, 2, 0));
  EXPECT_THAT(reals(cut(-2, 0, -1)), ElementsAre(3, 2, 1));
  EXPECT_THAT(reals(cut(3, 1, 1)), ElementsAre());
  EXPECT_THAT(reals(cut(0, -1, 3)), ElementsAre(0, 3));
  EXPECT_THAT(reals(cut(0, 5, kMost)), ElementsAre(0));
  EXPECT_THAT(reals(cut(4, kLeast, kLeast)), ElementsAre(4));
  EXPECT_THAT(shape_of_output({.op = "Slice",
                               .opset = 9,
                               .attributes = with({{"starts", Ints{1, 0}}, {"ends", Ints{9, 2}}}),
                               .shapes = {{4, 5, 6}}}),
              ElementsAre(3, 2, 6));
}

TEST(Reshape, KeepsAndLeavesOver) {
  const auto to = [](std::initializer_list<std::int64_t> shape, Shape x = {2, 3, 4},
                     std::int64_t allowzero = 0) {
    return NodeTrial{.op = "Reshape",
                     .attributes = with({{"allowzero", allowzero}}),
                     .shapes = {x},
                     .constants = {{1, i64s(shape)}}};
  };
  EXPECT_THAT(shape_of_output(to({2, -1})), ElementsAre(2, 12));
  EXPECT_THAT(shape_of_output(to({2, 0, 1, -1})), ElementsAre(2, 3, 1, 4));
  EXPECT_THAT(shape_of_output(to({3, 4, 0}, {0, 3, 4}, 1)), ElementsAre(3, 4, 0));
  EXPECT_THAT(shape_of_output(to({0, -1}, {0, 3})), ElementsAre(0, 0));
  EXPECT_THAT(shape_of_output(to({}, {1, 1})), ElementsAre());
  EXPECT_THAT(refusal(to({5, -1})), HasSubstr("24 elements of 2x3x4 do not fit the shape 5x-1"));
  EXPECT_THAT(refusal(to({-1, -1})), HasSubstr("more than one -1"));
  EXPECT_THAT(refusal(to({2, 3, 4, 0})), HasSubstr("keeps axis 3"));
  EXPECT_THAT(refusal(to({-2})), HasSubstr("extent -2"));
  EXPECT_THAT(refusal(to({1, 1, 1, 1, 1, 1, 1, 1, 24})), HasSubstr("at most 8"));
  EXPECT_THAT(refusal(to({std::int64_t(1) << 62, std::int64_t(1) << 62})), HasSubstr("do not fit"));
}

TEST(Axes, ComeAndGo) {
  const Shape x{1, 3, 1, 5};
  EXPECT_THAT(shape_of_output({.op = "Squeeze", .shapes = {x}}), ElementsAre(3, 5));
  EXPECT_THAT(shape_of_output({.op = "Squeeze", .shapes = {x}, .constants = {{1, i64s({-2})}}}),
              ElementsAre(1, 3, 5));
  EXPECT_THAT(refusal({.op = "Squeeze", .shapes = {x}, .constants = {{1, i64s({1})}}}),
              HasSubstr("axis 1 of 1x3x1x5 is not 1"));
  EXPECT_THAT(shape_of_output({.op = "Unsqueeze",
                               .opset = 11,
                               .attributes = with({{"axes", Ints{5, 4, 2}}}),
                               .shapes = {{3, 4, 5}}}),
              ElementsAre(3, 4, 1, 5, 1, 1));
  EXPECT_THAT(refusal({.op = "Unsqueeze", .shapes = {x}, .constants = {{1, i64s({0, 0})}}}),
              HasSubstr("names axis 0 twice"));
  EXPECT_THAT(shape_of_output({.op = "Flatten",
                               .attributes = with({{"axis", std::int64_t(-1)}}),
                               .shapes = {{2, 3, 4}}}),
              ElementsAre(6, 4));
  EXPECT_THAT(shape_of_output({.op = "Transpose", .shapes = {{2, 3, 4}}}), ElementsAre(4, 3, 2));
  EXPECT_THAT(refusal({.op = "Transpose",
                       .attributes = with({{"perm", Ints{0, 0, 1}}}),
                       .shapes = {{2, 3, 4}}}),
              HasSubstr("axis 0 twice"));
  EXPECT_THAT(
      shape_of_output({.op = "Expand", .shapes = {{3, 1}}, .constants = {{1, i64s({2, 1, 6})}}}),
      ElementsAre(2, 3, 6));
}

TEST(Pad, PadsForSomeAxes) {
  const NodeTrial some{
      .op = "Pad",
      .opset = 18,
      .shapes = {{1, 3, 4, 5}},
      .constants = {{1, i64s({0, 3, -1, 4})}, {2, Tensor::scalar(1.5f)}, {3, i64s({2, -1})}}};
  EXPECT_THAT(shape_of_output(some), ElementsAre(1, 3, 3, 12));
  EXPECT_THAT(canonical(some).ints("pads"), ElementsAre(0, 0, 0, 3, 0, 0, -1, 4));
  EXPECT_EQ(canonical(some).real("constant_value"), 1.5f);
  EXPECT_EQ(canonical({.op = "Pad",
                       .opset = 10,
                       .attributes = with({{"pads", Ints{1, 1}}, {"value", 2.0f}}),
                       .shapes = {{3}}})
                .real("constant_value"),
            2);
  const auto mirror = [](std::int64_t front) {
    return NodeTrial{.op = "Pad",
                     .attributes = with({{"mode", std::string("reflect")}}),
                     .shapes = {{4}},
                     .constants = {{1, i64s({front, 0})}}};
  };
  EXPECT_THAT(shape_of_output(mirror(3)), ElementsAre(7));
  EXPECT_THAT(refusal(mirror(4)), HasSubstr("too little to pad from"));
}

TEST(Resize, ScalesAndSizes) {
  const NodeTrial by_scale{.op = "Resize",
                           .shapes = {{1, 2, 5, 4}},
                           .constants = {{1, kAbsent}, {2, f32s({1, 1, 1.5f, 2})}}};
  EXPECT_THAT(shape_of_output(by_scale), ElementsAre(1, 2, 7, 8));
  const NodeTrial by_size{
      .op = "Resize",
      .opset = 18,
      .attributes = with({{"axes", Ints{2, 3}}, {"mode", std::string("linear")}}),
      .shapes = {{1, 2, 5, 4}},
      .constants = {{1, kAbsent}, {2, kAbsent}, {3, i64s({10, 6})}}};
  EXPECT_THAT(shape_of_output(by_size), ElementsAre(1, 2, 10, 6));
  EXPECT_THAT(canonical(by_size).floats("scales"), ElementsAre(1, 1, 2, 1.5f));
  NodeTrial keep = by_size;
  keep.attributes.set("keep_aspect_ratio_policy", std::string("not_larger"));
  EXPECT_THAT(shape_of_output(keep), ElementsAre(1, 2, 8, 6));
  const NodeTrial old{.op = "Upsample",
                      .opset = 9,
                      .shapes = {{1, 2, 5, 4}},
                      .constants = {{1, f32s({1, 1, 2, 2})}}};
  EXPECT_THAT(shape_of_output(old), ElementsAre(1, 2, 10, 8));
  EXPECT_EQ(canonical(old).text("coordinate_transformation_mode"), "asymmetric");
  EXPECT_EQ(canonical(old).text("nearest_mode"), "floor");
  NodeTrial cubic = by_scale;
  cubic.attributes = with({{"mode", std::string("cubic")}});
  EXPECT_THAT(refusal(cubic), HasSubstr("mode 'cubic' is not supported"));
}

TEST(Dropout, IsTheInput) {
  EXPECT_THAT(shape_of_output({.op = "Dropout", .opset = 7, .shapes = {{3, 4}}}),
              ElementsAre(3, 4));
  EXPECT_THAT(refusal({.op = "Dropout", .shapes = {{3}}, .outputs = 2}), HasSubstr("output 1"));
  EXPECT_EQ(canonical({.op = "Dropout", .shapes = {{3}}, .constants = {{1, Tensor::scalar(0.25f)}}})
                .real("ratio"),
            0.25f);
}

TEST(Fold, Constants) {
  EXPECT_THAT(
      integers(folded({.op = "Constant", .attributes = with({{"value_ints", Ints{4, 5}}})})),
      ElementsAre(4, 5));
  EXPECT_EQ(folded({.op = "Constant", .attributes = with({{"value_float", 2.0f}})}).shape().rank(),
            0);
  EXPECT_THAT(integers(folded({.op = "ConstantOfShape",
                               .constants = {{0, i64s({3})}},
                               .tensors = {{"value", i64s({7})}}})),
              ElementsAre(7, 7, 7));
  EXPECT_THAT(
      integers(folded({.op = "Shape",
                       .attributes = with({{"start", std::int64_t(-3)}, {"end", std::int64_t(-1)}}),
                       .shapes = {{2, 3, 4, 5}}})),
      ElementsAre(3, 4));
  EXPECT_THAT(
      integers(folded({.op = "Gather", .constants = {{0, i64s({5, 6, 7})}, {1, i64s({-1, 0})}}})),
      ElementsAre(7, 5));
  const Tensor table = f32s({1, 2, 3, 4, 5, 6}).reshaped({2, 3});
  EXPECT_THAT(reals(folded({.op = "Gather",
                            .attributes = with({{"axis", std::int64_t(1)}}),
                            .constants = {{0, table}, {1, i64s({2}).reshaped({})}}})),
              ElementsAre(3, 6));
  EXPECT_FALSE(fold({.op = "Gather", .constants = {{0, table}, {1, i64s({2})}}}));
  EXPECT_THAT(integers(folded({.op = "Cast",
                               .attributes = with({{"to", std::int64_t(7)}}),
                               .constants = {{0, f32s({1.9f, -1.9f})}}})),
              ElementsAre(1, -1));
  EXPECT_THAT(integers(folded({.op = "Cast",
                               .attributes = with({{"to", std::int64_t(9)}}),
                               .constants = {{0, f32s({0, 0.5f})}}})),
              ElementsAre(0, 1));
  EXPECT_THAT(integers(folded(
                  {.op = "Range", .constants = {{0, i64s({7})}, {1, i64s({0})}, {2, i64s({-3})}}})),
              ElementsAre(7, 4, 1));
  const Tensor same = folded({.op = "Equal", .constants = {{0, i64s({1, 2})}, {1, i64s({1, 3})}}});
  EXPECT_THAT(integers(same), ElementsAre(1, 0));
  EXPECT_THAT(
      integers(folded({.op = "Where", .constants = {{0, same}, {1, i64s({8})}, {2, i64s({9})}}})),
      ElementsAre(8, 9));
  EXPECT_THAT(reals(folded({.op = "Transpose", .constants = {{0, table}}})),
              ElementsAre(1, 4, 2, 5, 3, 6));
}

// A constant that nobody could hold is not computed.
TEST(Fold, LeavesWhatIsTooLarge) {
  const auto outputs =
      fold({.op = "ConstantOfShape", .constants = {{0, i64s({1 << 20, 1 << 15})}}});
  ASSERT_TRUE(outputs);
  EXPECT_FALSE((*outputs)[0].has_value());
  EXPECT_THAT(refusal({.op = "ConstantOfShape", .constants = {{0, i64s({1 << 30, 1 << 30})}}}),
              HasSubstr("which cannot be"));
}

// What export writes at opset 17, read again, is the same node.
TEST(Export, RoundTrips) {
  const std::vector<NodeTrial> trials{
      {.op = "Clip", .shapes = {{3}}, .constants = {{1, kAbsent}, {2, Tensor::scalar(6)}}},
      {.op = "Clip", .shapes = {{3}}},
      {.op = "ReduceSum", .shapes = {{3, 4}}, .constants = {{1, i64s({1})}}},
      {.op = "ReduceMean", .attributes = with({{"axes", Ints{1}}}), .shapes = {{3, 4}}},
      {.op = "Split", .shapes = {{3, 4}}, .constants = {{1, i64s({1, 2})}}, .outputs = 2},
      {.op = "Slice", .shapes = {{3, 4}}, .constants = {{1, i64s({1})}, {2, i64s({2})}}},
      {.op = "Reshape", .shapes = {{3, 4}}, .constants = {{1, i64s({0, -1})}}},
      {.op = "Expand", .shapes = {{3, 1}}, .constants = {{1, i64s({3, 4})}}},
      {.op = "Squeeze", .shapes = {{3, 1}}, .constants = {{1, i64s({1})}}},
      {.op = "Squeeze", .shapes = {{3, 1}}},
      {.op = "Unsqueeze", .shapes = {{3, 1}}, .constants = {{1, i64s({1})}}},
      {.op = "Pad", .shapes = {{3}}, .constants = {{1, i64s({1, 2})}, {2, Tensor::scalar(1)}}},
      {.op = "Dropout", .shapes = {{3}}, .constants = {{1, Tensor::scalar(0.25f)}}},
      {.op = "Softmax", .shapes = {{3, 4}}},
      {.op = "Resize",
       .shapes = {{1, 1, 4, 4}},
       .constants = {{1, kAbsent}, {2, f32s({1, 1, 2, 2})}}},
      {.op = "Conv", .shapes = {{1, 3, 8, 8}, {4, 3, 3, 3}}},
      {.op = "MaxPool",
       .attributes = with({{"kernel_shape", Ints{2, 2}}}),
       .shapes = {{1, 3, 8, 8}}},
  };
  for (const NodeTrial& trial : trials) {
    const auto graph = make(trial);
    ASSERT_TRUE(graph) << trial.op << ": " << graph.error().message();
    const auto out = export_node(*graph, graph->nodes[0]);
    ASSERT_TRUE(out) << trial.op << ": " << out.error().message();
    NodeTrial again{.op = trial.op, .attributes = out->node.attributes, .outputs = trial.outputs};
    for (std::size_t i = 0; i < out->node.inputs.size(); ++i) {
      const ValueId id = out->node.inputs[i];
      if (id >= 0)
        again.shapes.push_back(*graph->value(id).shape);
      else
        again.constants[int(i)] =
            id == kNoValue ? Tensor() : out->added[std::size_t(kNoValue - id - 1)].second;
    }
    EXPECT_EQ(canonical(again), graph->nodes[0].attributes) << trial.op;
  }
}

TEST(Export, SaysWhatOpset17CannotSay) {
  const auto refused = [](const NodeTrial& trial) {
    const auto graph = make(trial);
    EXPECT_TRUE(graph) << trial.op;
    const auto out = export_node(*graph, graph->nodes[0]);
    return out ? "written" : out.error().message();
  };
  EXPECT_THAT(
      refused({.op = "AveragePool",
               .opset = 19,
               .attributes = with({{"kernel_shape", Ints{2, 2}}, {"dilations", Ints{2, 2}}}),
               .shapes = {{1, 1, 8, 8}}}),
      HasSubstr("dilations, which opset 17 does not know"));
  EXPECT_THAT(refused({.op = "Softmax", .opset = 11, .shapes = {{2, 3, 4}}}),
              HasSubstr("several axes at once"));
}

TEST(Costs, MultiplyAdds) {
  const auto macs = [](const NodeTrial& trial) {
    const auto graph = make(trial);
    return graph ? macs_of(*graph) : -1;
  };
  EXPECT_EQ(macs({.op = "Conv",
                  .attributes = with({{"group", std::int64_t(2)}}),
                  .shapes = {{2, 4, 5, 5}, {6, 2, 3, 3}}}),
            2 * 6 * 3 * 3 * 2 * 9);
  EXPECT_EQ(macs({.op = "ConvTranspose", .shapes = {{1, 4, 3, 5}, {4, 6, 3, 3}}}), 4 * 15 * 6 * 9);
  EXPECT_EQ(macs({.op = "Gemm", .shapes = {{2, 3}, {3, 5}}}), 30);
  EXPECT_EQ(macs({.op = "MatMul", .shapes = {{2, 7, 3}, {3, 5}}}), 210);
  EXPECT_EQ(macs({.op = "Relu", .shapes = {{2, 3}}}), 0);
}

}  // namespace
}  // namespace dlis
