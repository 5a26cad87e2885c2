// Operators that move elements: import rules over the opsets, shapes, folding.
#include <gmock/gmock.h>

#include "dlis/model/ops_trial.h"

namespace dlis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

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

}  // namespace
}  // namespace dlis
