// Operators over windows and dense layers: import rules over the opsets, shapes, refusals.
#include <gmock/gmock.h>

#include "dlis/model/ops_trial.h"

namespace dlis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

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

NodeTrial winograd(Attributes attributes,
                   std::vector<Shape> shapes = {{2, 3, 9, 7}, {8, 3, 6, 6}}) {
  return {.op = "WinogradConv", .attributes = std::move(attributes), .shapes = std::move(shapes)};
}

TEST(WinogradConv, ShapesAndDefaults) {
  const auto m = [](std::int64_t value) { return std::pair("m", Attribute(value)); };
  EXPECT_THAT(shape_of_output(winograd(with({m(4)}))), ElementsAre(2, 8, 7, 5));
  EXPECT_THAT(shape_of_output(winograd(with({m(2), {"pads", Ints{1, 0, 2, 3}}}),
                                       {{1, 4, 9, 7}, {6, 4, 4, 4}, {6}})),
              ElementsAre(1, 6, 10, 8));
  EXPECT_THAT(shape_of_output(winograd(with({m(6)}), {{1, 4, 3, 3}, {6, 4, 8, 8}})),
              ElementsAre(1, 6, 1, 1));
  const Attributes attributes = canonical(winograd(with({m(4)})));
  EXPECT_EQ(attributes.integer("relu", -1), 0);
  EXPECT_THAT(attributes.ints("pads"), ElementsAre(0, 0, 0, 0));
}

TEST(WinogradConv, SaysWhatIsWrong) {
  const std::int64_t four = 4;
  EXPECT_THAT(refusal(winograd({})), HasSubstr("it has no attribute m"));
  constexpr std::int64_t kWrong[] = {
      -2, 0, 1, 3, 8, (std::int64_t(1) << 32) + 4, std::numeric_limits<std::int64_t>::max()};
  for (const std::int64_t m : kWrong)
    EXPECT_THAT(refusal(winograd(with({{"m", m}}))), HasSubstr("its m is not 2, 4 or 6"));
  EXPECT_THAT(refusal(winograd(with({{"m", 4.0f}}))), HasSubstr("its m is not 2, 4 or 6"));
  for (const Attribute& relu : {Attribute(std::int64_t(2)), Attribute(1.0f)})
    EXPECT_THAT(refusal(winograd(with({{"m", four}, {"relu", relu}}))),
                HasSubstr("its relu is neither 0 nor 1"));
  for (const Shape& weights :
       {Shape{8, 3, 4, 4}, Shape{8, 3, 6, 4}, Shape{8, 2, 6, 6}, Shape{8, 3, 3, 3}})
    EXPECT_THAT(refusal(winograd(with({{"m", four}}), {{2, 3, 9, 7}, weights})),
                HasSubstr("but 3 channels and m 4 need Kx3x6x6"));
  EXPECT_THAT(refusal(winograd(with({{"m", four}}), {{2, 3, 9, 7}, {8, 3, 36}})),
              HasSubstr("needs at least 4 axes"));
  EXPECT_THAT(refusal(winograd(with({{"m", four}}), {{2, 3, 9, 7}, {8, 3, 6, 6}, {7}})),
              HasSubstr("its bias is 7, but it has 8 output channels"));
  EXPECT_THAT(refusal(winograd(with({{"m", four}}), {{2, 3, 2, 7}, {8, 3, 6, 6}})),
              HasSubstr("the filter is larger than the padded input"));
  EXPECT_THAT(refusal(winograd(with({{"m", four}, {"pads", Ints{1, 1}}}))), HasSubstr("pads"));
  for (const Attribute& pads : {Attribute(four), Attribute(Floats{1, 1, 1, 1})})
    EXPECT_THAT(refusal(winograd(with({{"m", four}, {"pads", pads}}))),
                HasSubstr("its pads are no list of integers"));
  EXPECT_THAT(refusal(winograd(with({{"m", four}, {"group", four}}))),
              HasSubstr("attribute 'group' is not known"));
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

}  // namespace
}  // namespace dlis
