// Arithmetic operators: import rules over the opsets, shapes, folding.
#include <gmock/gmock.h>

#include "dlis/model/ops_trial.h"

namespace dlis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

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

TEST(Elementwise, SignsAndReciprocals) {
  EXPECT_THAT(integers(folded({.op = "Neg", .constants = {{0, i64s({3, -4})}}})),
              ElementsAre(-3, 4));
  EXPECT_THAT(reals(folded({.op = "Neg", .constants = {{0, f32s({1.5f, -2})}}})),
              ElementsAre(-1.5f, 2));
  EXPECT_THAT(reals(folded({.op = "Reciprocal", .constants = {{0, f32s({2, -0.25f})}}})),
              ElementsAre(0.5f, -4));
}

// What import writes as several operators.
TEST(Composition, GivesWhatTheOperatorMeans) {
  const auto gelu = [](const char* how) {
    return reals(folded({.op = "Gelu",
                         .opset = 20,
                         .attributes = with({{"approximate", std::string(how)}}),
                         .constants = {{0, f32s({-1, 0, 2})}}}));
  };
  const auto near = [](float x) { return testing::FloatNear(x, 1e-6f); };
  EXPECT_THAT(gelu("none"), ElementsAre(near(-0.15865525f), 0, near(1.9544997f)));
  EXPECT_THAT(gelu("tanh"), ElementsAre(near(-0.15880801f), 0, near(1.9545977f)));
  EXPECT_THAT(refusal({.op = "Gelu",
                       .opset = 20,
                       .attributes = with({{"approximate", std::string("sigmoid")}}),
                       .shapes = {{3}}}),
              HasSubstr("approximate is 'sigmoid'"));
  const NodeTrial norm{
      .op = "ReduceL2", .opset = 18, .shapes = {{2, 3, 4}}, .constants = {{1, i64s({-1})}}};
  EXPECT_THAT(shape_of_output(norm), ElementsAre(2, 3, 1));
  const auto graph = make(norm);
  ASSERT_TRUE(graph);
  std::vector<std::string> ops;
  for (const Node& node : graph->nodes) ops.push_back(node.op->name);
  EXPECT_THAT(ops, ElementsAre("Mul", "ReduceSum", "Sqrt"));
}

TEST(LayerNormalization, WeightsFitTheLastAxes) {
  const NodeTrial last{.op = "LayerNormalization", .shapes = {{2, 3, 4}, {4}, {4}}};
  EXPECT_EQ(canonical(last).integer("axis"), 2);
  EXPECT_FLOAT_EQ(canonical(last).real("epsilon"), 1e-5f);
  EXPECT_THAT(shape_of_output({.op = "LayerNormalization",
                               .attributes = with({{"axis", std::int64_t(-2)}}),
                               .shapes = {{2, 3, 4}, {3, 4}}}),
              ElementsAre(2, 3, 4));
  EXPECT_THAT(refusal({.op = "LayerNormalization", .shapes = {{2, 3, 4}, {4}, {3}}}),
              HasSubstr("its bias is 3, but it normalises over 4"));
  EXPECT_THAT(refusal({.op = "LayerNormalization", .shapes = {{2, 3}, {3}}, .outputs = 3}),
              HasSubstr("somebody uses its output 1"));
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

}  // namespace
}  // namespace dlis
