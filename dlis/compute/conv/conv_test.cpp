// Rows x ISAs x cases: every convolution row that accepts a problem agrees with the reference,
// writes only its view, and gives the same bits however its tiles are handed out. A new row needs
// no edit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "dlis/compute/conv/conv_judge.h"
#include "dlis/format/half.h"
#include "dlis/hardware/device.h"

namespace dlis {
namespace {

struct Listed {
  const char* line;
  Slack in = {}, out = {};
};

// Odd channels, groups, dilation, uneven padding, strides, 1-D, views, all ends, batches, dense
// layers, and formats.
const Listed kCases[] = {
    {"n1h8w8c16 k16r3s3 p1 +bias +relu"},
    {"n1h9w31c64 k32r3s3 p1 +bias +relu vgg16:rows"},
    {"n1h7w7c24 k40r3s3 p1 +bias +relu +add resnet18:7x7"},
    {"n2h14w14c16 k48r3s3 u2 p1 +bias resnet18:strided"},
    {"n1h30w30c3 k64r7s7 u2 p3 +bias +relu resnet18:conv1"},
    {"n1h17w19c3 k20r3s3 p1 first:odd"},
    {"n1h13w30c1 k33r3s3 p1 +bias +relu first:one_channel"},
    {"n2h9w20c4 k17r5s3 u2x1 p2/0/1/3 d2x3 +bias +hardswish +add first:dilated"},
    {"n1h9w10c2 k40r3s3 u1x2 +bias +clip0/6 +add first:inside"},
    {"n3h5w4c3 k16r1s1 +bias +add first:pointwise"},
    {"n3h2w2c36 k70r3s3 p1 +bias +clip0/6 vgg16:2x2"},
    {"n1h4w4c256 k33r3s3 p1 +bias spread:3x3"},
    {"n1h1w1c1 k1r1s1 smallest:one"},
    {"n1h5w7c13 k17r3s2 p1/0/2/3 +bias uneven:pads"},
    {"n2h11w10c5 k6r2s3 u3x2 p0/1/2/0 uneven:all"},
    {"n1h12w12c8 k9r3s3 p2x3 d2x3 +bias +leaky_relu0.1 dilated:both"},
    {"n1h12w12c8 k9r3s3 u2 p4 d3 +relu dilated:strided"},
    {"n1h9w9c4 k8r11s11 p5 +bias taps:more_than_64"},
    {"n1h6w6c12 k18r3s3 p1 g3 +bias +relu grouped:three"},
    {"n1h10w10c64 k64r3s3 p1 g2 +bias +add grouped:two"},
    {"n1h9w9c24 k24r3s3 p1 g24 +bias +relu depthwise:s1"},
    {"n2h13w11c19 k19r3s3 u2 p1 g19 +bias +clip0/6 depthwise:odd"},
    {"n1h10w12c20 k20r5s5 p2 g20 +bias +hardswish depthwise:5x5"},
    {"n1h8w8c6 k12r3s3 p1 g6 +bias depthwise:multiplier"},
    {"n1h9w9c7 k7r3s3 u2 p2 d2 g7 +bias +add depthwise:dilated"},
    {"n1h7w7c144 k144r3s3 p1 g144 +bias +relu +add depthwise:7x7_map"},
    {"n1h14w22c33 k33r3s3 u2 p1 g33 +bias +relu depthwise:s2"},
    {"n1h15w13c18 k18r5s5 u2 p2 g18 +bias +add depthwise:5x5_s2"},
    {"n2h23w20c16 k16r5s5 p0/1/2/1 g16 +relu depthwise:5x5_inside"},
    {"n1h9w9c34 k34r7s7 p3 g34 +bias depthwise:7x7"},
    {"n1h12w11c20 k20r3s3 u2x1 p1 g20 +bias depthwise:uneven_stride"},
    {"n1h1w30c12 k12r1s3 p0x1 g12 +bias +relu depthwise:one_dimensional"},
    {"n1h10w10c40 k40r3s3 p1 g40 +bias +relu bf16 depthwise:bf16"},
    {"n1h1w40c11 k13r1s5 p0x2 +bias +relu one:dimensional"},
    {"n2h1w33c4 k5r1s3 u1x2 d1x2 +sigmoid one:strided"},
    {"n1h14w14c512 k16r1s1 +bias +relu pointwise:short"},
    {"n1h14w14c512 k80r1s1 +bias +relu +add pointwise:spread"},
    {"n2h5w9c34 k49r1s1 +bias +hardsigmoid0.2/0.5 pointwise:odd"},
    {"n1h7w7c256 k65r1s1 u2 +bias pointwise:strided"},
    {"n1h3w3c9 k10r1s1 p1 +bias +add pointwise:padded"},
    {"n1h1w1c1500 k50r1s1 +bias +relu dense:row"},
    {"n37h1w1c100 k64r1s1 +bias dense:batch"},
    {"n20h1w1c2100 k40r1s1 +bias +relu dense:long"},
    {"n1h8w8c16 k16r3s3 p1 +bias +hardswish +add ends:hardswish"},
    {"n1h8w8c16 k16r3s3 p1 +bias +sigmoid +add ends:sigmoid"},
    {"n1h8w8c16 k32r3s3 p1 +bias +leaky_relu0.25 +add ends:leaky"},
    {"n1h8w8c16 k32r3s3 p1 +clip-0.5/0.5 +add ends:clip"},
    {"n1h14w30c16 k64r3s3 p1 +bias +relu +add view:rows", {4, 32, 64}, {3, 5, 7}},
    {"n2h9w19c3 k40r3s3 u2 p1 +bias +add view:first", {1, 3, 2}, {2, 1, 3}},
    {"n2h9w19c3 k40r3s4 +bias +add view:first_inside", {1, 3, 2}, {2, 1, 3}},
    {"n2h14w14c40 k72r1s1 +bias +relu +add view:pointwise", {8, 0, 0}, {1, 0, 0}},
    {"n2h6w9c40 k72r1s1 +bias view:uneven_rows", {8, 3, 0}, {1, 0, 2}},
    {"n2h6w9c512 k72r1s1 +bias view:uneven_images", {0, 0, 5}, {0, 0, 0}},
    {"n2h7w7c20 k20r3s3 p1 g20 +bias +relu +add view:depthwise", {4, 9, 1}, {2, 2, 2}},
    {"n1h9w9c30 k30r3s3 +bias bf16 format:bf16"},
    {"n1h7w7c30 k77r1s1 +bias +relu bf16 format:bf16_pointwise"},
    {"n1h9w9c30 k30r3s3 p1 +bias +relu +add f16 format:f16"},
    {"n2h9w12c24 k40r3s3 p1 +bias f16 format:f16_view", {4, 9, 1}, {2, 0, 3}},
    {"n1h7w7c30 k77r1s1 +bias +relu f16 format:f16_pointwise"},
    {"n1h13w11c3 k40r5s5 u2 p2 +bias +hardswish f16 format:f16_first"},
    {"n1h8w8c12 k18r3s3 p1 g3 +bias f16 format:f16_groups"},
    {"n1h10w10c40 k40r3s3 p1 g40 +bias +relu f16 format:f16_depthwise"},
    {"n3h1w1c700 k50r1s1 +bias f16 format:f16_dense"},
    {"n1h9w9c30 k30r3s3 p1 +bias +relu csr density0.2 format:csr"},
    {"n1h9w9c30 k30r1s1 +bias +add csr density0.1 format:csr_pointwise"},
    {"n2h6w7c8 k9r3s3 u2 p1 +bias csr density0.5 format:csr_strided"},
    {"n1h6w6c8 k8r3s3 p1 +bias csr density0 format:csr_empty"},
    {"n1h57w60c24 k20r3s3 p1 +bias +relu +add csr density0.3 sparse:bands"},
    {"n5h2w2c96 k33r3s3 p1 +bias +relu csr density0.1 sparse:2x2_batch"},
    {"n3h4w4c200 k64r3s3 p1 +bias csr density0.2 sparse:channel_blocks"},
    {"n1h30w29c3 k17r7s7 u2 p3 +bias +relu csr density0.4 sparse:conv1"},
    {"n2h11w13c6 k9r3s2 u3x2 p1/0/2/1 d2x1 csr density0.5 sparse:odd"},
    {"n1h12w12c8 k9r3s3 u2 p4 d3 +hardswish csr density0.5 sparse:dilated"},
    {"n1h10w10c16 k24r3s3 p1 g4 +bias +relu csr density0.5 sparse:groups"},
    {"n1h10w10c20 k20r3s3 p1 g20 +bias csr density0.6 sparse:depthwise"},
    {"n1h1w1c1500 k50r1s1 +bias +relu csr density0.1 sparse:dense_row"},
    {"n37h1w1c300 k64r1s1 +bias +add csr density0.2 sparse:dense_batch"},
    {"n1h8w8c16 k16r3s3 p1 +bias csr sparse:no_zeros"},
    {"n2h9w40c24 k20r3s3 p1 +bias +add csr density0.3 sparse:view", {4, 9, 1}, {3, 5, 7}},
    {"n1h9w9c30 k33r3s3 p1 +bias +relu +add bsr density0.3 bsr:3x3"},
    {"n1h7w7c70 k16r1s1 +bias +hardswish bsr density0.2 bsr:pointwise"},
    {"n2h9w19c13 k40r3s3 u2x1 p1/0/2/1 d1x2 +bias +add bsr density0.5 bsr:odd",
     {3, 1, 2},
     {2, 0, 3}},
    {"n1h6w6c12 k48r3s3 p1 g3 +bias bsr density0.4 bsr:groups"},
    {"n37h1w1c300 k70r1s1 +bias +relu bsr density0.1 bsr:dense"},
    {"n1h5w5c8 k20r3s3 p1 +bias bsr density0 bsr:empty"},
    {"n1h8w8c16 k16r3s3 p1 +bias bsr bsr:no_zeros"},
    {"n1h9w9c30 k33r3s3 p1 +bias +relu +add bsr_bf16 density0.3 bsr:bf16"},
    {"n37h1w1c300 k70r1s1 +bias bsr_bf16 density0.1 bsr:bf16_dense"},
    {"n2h11w13c20 k19r3s3 u2 p1 +bias +relu csr_bf16 density0.3 sparse:bf16"},
    {"n37h1w1c300 k64r1s1 +bias +add csr_bf16 density0.1 sparse:bf16_dense"},
    {"n1h13w14c30 k33r3s3 p1 winograd4 +bias +relu +add domain:f4"},
    {"n2h9w30c64 k48r3s3 p1 winograd4relu +bias domain:f4_relu"},
    {"n1h5w7c3 k5r3s3 p2/0/1/3 winograd2relu +bias +hardswish +add domain:f2_relu"},
    {"n1h11w4c20 k40r3s3 winograd6relu domain:f6_relu"},
    {"n2h9w12c24 k40r3s3 p1 winograd4 +bias bf16 domain:bf16", {3, 1, 2}, {2, 0, 3}},
    {"n1h13w14c30 k33r3s3 p1 winograd4relu +bias +relu +add bsr density0.3 domain:bsr_f4"},
    {"n2h9w30c64 k48r3s3 p1 winograd2 +bias bsr density0.2 domain:bsr_f2", {3, 1, 2}, {2, 0, 3}},
    {"n1h9w9c30 k20r3s3 p1 winograd4 bsr density0 domain:bsr_empty"},
    {"n1h4w4c300 k64r3s3 p1 winograd4 +bias bsr_bf16 density0.4 domain:bsr_bf16"},
    {"n1h13w14c30 k33r3s3 p1 winograd4relu +bias +relu +add csr density0.3 domain:csr_f4"},
    {"n2h9w30c64 k48r3s3 p1 winograd2relu +bias csr density0.2 domain:csr_f2",
     {3, 1, 2},
     {2, 0, 3}},
    {"n1h9w9c30 k20r3s3 p1 winograd4 csr density0 domain:csr_empty"},
    {"n1h4w4c300 k64r3s3 p1 winograd4 +bias csr_bf16 density0.4 domain:csr_bf16"},
    {"n3h28w28c20 k24r3s3 p1 winograd2 +bias csr domain:csr_dense"},
    {"n1h9w9c30 k33r3s3 p1 +bias +relu +add bsr_int8 density0.3 bsr:int8"},
    {"n37h1w1c300 k70r1s1 +bias +hardswish bsr_int8 density0.1 bsr:int8_dense"},
    {"n1h6w6c12 k48r3s3 p1 g3 +add bsr_int8 density0.4 bsr:int8_groups", {3, 1, 2}, {2, 0, 3}},
    {"n2h11w13c20 k19r3s3 u2 p1 +bias +relu csr_int8 density0.3 sparse:int8"},
    {"n37h1w1c300 k64r1s1 +bias +add csr_int8 density0.1 sparse:int8_dense"},
    {"n3h4w4c200 k64r3s3 p1 +sigmoid csr_int8 density0.2 sparse:int8_channel_blocks"},
    {"n1h8w9c30 k33r3s3 p1 +bias +relu ternary2 ternary:3x3"},
    {"n1h1w1c700 k300r1s1 +bias +relu +add ternary2 ternary:dense"},
    {"n2h9w19c130 k49r1s1 +bias +add ternary2 ternary:pointwise", {3, 0, 1}, {2, 0, 3}},
    {"n1h6w6c12 k18r3s3 u2 p1 g3 +bias +hardswish ternary2 density0.3 ternary:groups"},
    {"n20h1w1c2100 k40r1s1 +bias +relu ternary2 ternary:long"},
    {"n1h7w6c600 k24r3s3 p1 ternary2 ternary:blocks"},
    {"n1h8w9c30 k33r3s3 p1 +bias +relu typeu8 ternary2 ternary:bytes"},
    {"n2h9w9c3 k20r3s3 u2 p1 +bias +add typei8/u8/f32 ternary2 ternary:bytes_of_rows"},
    {"n1h6w6c12 k18r3s3 p1 g3 +bias +relu typeu8 ternary2 ternary:bytes_of_groups"},
    {"n3h1w1c2100 k300r1s1 +bias typei8 ternary2 ternary:bytes_dense"},
    {"n1h7w6c600 k24r3s3 p1 typeu8 ternary2 ternary:bytes_blocks"},
    {"n1h8w9c30 k33r3s3 p1 +bias +relu int8 format:int8"},
    {"n1h1w1c300 k50r1s1 +bias int8 format:int8_dense"},
    {"n1h1w1c700 k300r1s1 +bias +relu +add int8 format:int8_panels"},
    {"n4h1w1c130 k33r1s1 +hardswish int8 format:int8_rows", {3, 0, 1}, {2, 0, 3}},
    {"n1h8w8c16 k16r3s3 p1 +bias +relu typeu8 int8 bytes:3x3"},
    {"n2h9w31c37 k40r3s3 p1 +bias typei8 int8 bytes:signed"},
    {"n1h7w7c64 k48r3s3 p1 +bias +relu +add typeu8 int8 bytes:residual"},
    {"n1h7w7c24 k40r3s3 u2 p1 +bias +add typeu8/i8/i8 int8 bytes:mixed"},
    {"n1h7w7c20 k33r3s3 p1 +bias +add typei8/u8/f32 int8 bytes:f32_residual"},
    {"n1h9w9c3 k24r7s7 u2 p3 +bias +relu typeu8 int8 bytes:conv1"},
    {"n1h14w14c512 k65r1s1 +bias +relu typeu8 int8 bytes:pointwise"},
    {"n1h14w14c48 k64r1s1 u2 typeu8 int8 bytes:pointwise_strided"},
    {"n1h8w8c16 k70r3s3 p1 +bias +clip0/6 typei8 int8 bytes:clip"},
    {"n1h8w8c16 k17r3s3 p1 +bias +hardswish typeu8 int8 bytes:hardswish"},
    {"n1h6w6c12 k18r3s3 p1 g3 +bias +relu typeu8 int8 bytes:groups"},
    {"n2h9w9c40 k40r3s3 p1 g40 +bias +relu typeu8 int8 bytes:depthwise"},
    {"n1h13w12c33 k33r3s3 u2 p1 g33 +bias +add typei8 int8 bytes:depthwise_s2"},
    {"n1h11w12c20 k20r5s5 p2 g20 +bias typeu8/f32/f32 int8 bytes:depthwise_f32"},
    {"n3h1w1c1500 k50r1s1 +bias typeu8/f32/f32 int8 bytes:dense"},
    {"n37h1w1c100 k64r1s1 +bias +relu typeu8 int8 bytes:dense_batch"},
    {"n1h9w9c30 k30r3s3 u1x2 p0/1/2/1 d2x1 +bias typeu8 int8 bytes:odd"},
    {"n1h14w30c16 k64r3s3 p1 +bias +relu +add typeu8 int8 bytes:view", {4, 32, 64}, {3, 5, 7}},
    {"n2h7w7c20 k20r3s3 p1 g20 +bias typeu8 int8 bytes:view_depthwise", {4, 9, 1}, {2, 2, 2}},
    {"n2h1w1c8500 k20r1s1 +bias +relu typei8 int8 bytes:blocks"},
    {"n1h9w9c5 k8r11s11 p5 +bias typeu8 int8 bytes:more_than_64_taps"},
    {"n1h5w3c2 k3r2s2 +bias typei8/f32/f32 int8 bytes:small_pixels"},
    {"n1h9w10c20 k20r5s5 u2 p2 g20 +bias +sigmoid +add typei8/u8/u8 int8 bytes:depthwise_5x5_s2"},
    {"n1h9w10c20 k20r3s2 p1 d2 g20 +bias +add typeu8/u8/f32 int8 bytes:depthwise_any"},
    {"n1h13w12c100 k100r3s3 u2 p1 g100 +bias +relu typei8 int8 bytes:depthwise_products_s2"},
    {"n1h5w40c192 k192r3s3 p1 g192 +bias +clip0/6 typeu8/i8/i8 int8 bytes:depthwise_products"},
    {"n2h9w8c9 k12r3s3 p1 g3 +bias typei8 int8 bytes:rows_of_groups"},
    {"n2h11w9c5 k8r3s3 p2/2/1/0 d2x1 +bias typeu8 int8 bytes:rows_dilated", {2, 1, 3}, {3, 5, 7}},
    {"n2h1w1c4200 k20r1s1 +bias +hardswish typebf16 bf16 bf16:blocks"},
    {"n2h9w10c19 k19r3s3 u2 p1 g19 +bias +add typebf16/bf16/f32 bf16 bf16:depthwise_s2"},
    {"n1h9w10c3 k20r7s7 u2 p3 +bias +relu typebf16 bf16 bf16:conv1"},
    {"n1h9w10c5 k20r1s1 +bias +relu typebf16 bf16 bf16:odd_pointwise"},
    {"n1h8w8c16 k16r3s3 p1 +bias +relu typebf16 bf16 bf16:3x3"},
    {"n2h9w31c37 k40r3s3 u2 p1 +bias +add typebf16 bf16 bf16:residual"},
    {"n1h14w14c512 k65r1s1 +bias +relu typebf16 bf16 bf16:pointwise"},
    {"n1h9w9c40 k40r3s3 p1 g40 +bias +relu typebf16 bf16 bf16:depthwise"},
    {"n3h1w1c1500 k50r1s1 +bias typebf16/f32/f32 bf16 bf16:dense"},
    {"n1h9w9c33 k30r3s3 p1 +bias +add typebf16/f32/bf16 bf16 bf16:f32_output"},
    {"n1h14w30c16 k64r3s3 p1 +relu +add typebf16 bf16 bf16:view", {4, 32, 64}, {3, 5, 7}},
    {"n2h1w1c4200 k20r1s1 +bias +hardswish typef16 f16 f16:blocks"},
    {"n2h9w10c19 k19r3s3 u2 p1 g19 +bias +add typef16/f16/f32 f16 f16:depthwise_s2"},
    {"n1h9w10c3 k20r7s7 u2 p3 +bias +relu typef16 f16 f16:conv1"},
    {"n1h9w10c5 k20r1s1 +bias +relu typef16 f16 f16:odd_pointwise"},
    {"n1h8w8c16 k16r3s3 p1 +bias +relu typef16 f16 f16:3x3"},
    {"n2h9w31c37 k40r3s3 u2 p1 +bias +add typef16 f16 f16:residual"},
    {"n1h14w14c512 k65r1s1 +bias +relu typef16 f16 f16:pointwise"},
    {"n1h9w9c40 k40r3s3 p1 g40 +bias +relu typef16 f16 f16:depthwise"},
    {"n3h1w1c1500 k50r1s1 +bias typef16/f32/f32 f16 f16:dense"},
    {"n1h9w9c33 k30r3s3 p1 +bias +add typef16/f32/f16 f16 f16:f32_output"},
    {"n1h14w30c16 k64r3s3 p1 +relu +add typef16 f16 f16:view", {4, 32, 64}, {3, 5, 7}},
    {"n1h9w9c30 k30r3s3 +bias f16 format:f16"},
    {"n1h7w7c30 k77r1s1 +bias +relu +add f16 format:f16_pointwise"},
    {"n2h9w10c20 k20r5s5 u2 p2 g20 +bias +hardswish typef16 f16 f16:depthwise_5x5"},
    {"n1h9w11c12 k18r3s3 p1 d2 g3 +bias +sigmoid typef16 f16 f16:groups", {3, 1, 2}, {2, 0, 3}},
};

class ConvRows : public testing::TestWithParam<const ConvRow*> {};

TEST_P(ConvRows, AgreeWithTheReference) {
  const ConvRow& row = *GetParam();
  if (const Verdict device = find_device(row.device)->available(); !device)
    GTEST_SKIP() << row.name << " is not tested: " << device.reason;
  int accepted = 0;
  for (const Listed& listed : kCases) {
    SCOPED_TRACE(listed.line);
    const auto problem = parse_conv_problem(listed.line);
    ASSERT_TRUE(problem) << problem.error().message();
    if (!accepts(row, *problem)) continue;
    ++accepted;
    ConvCase c(*problem, 7, listed.in, listed.out);
    EXPECT_EQ(judge_all(c, {&row}), "");
  }
  EXPECT_GT(accepted, 0) << "no case exercises this row";
}

TEST_P(ConvRows, SayWhyTheyRefuse) {
  const ConvRow& row = *GetParam();
  for (const Listed& listed : kCases) {
    ConvProblem problem = *parse_conv_problem(listed.line);
    problem.type = DType::i64;
    const Verdict verdict = accepts(row, problem);
    ASSERT_FALSE(verdict) << "no row computes with i64";
    EXPECT_THAT(verdict.reason, testing::MatchesRegex("[a-z0-9].*[^.]"));
  }
}

INSTANTIATE_TEST_SUITE_P(All, ConvRows, testing::ValuesIn(conv_rows().begin(), conv_rows().end()),
                         [](const auto& each) { return std::string(each.param->name); });

// Formats x places of the zeros: K that is no multiple of 16, groups, dense layers.
class ConvZeros : public testing::TestWithParam<const Format*> {};

TEST_P(ConvZeros, RowsAgree) {
  for (const char* text : {"n1h9w9c30 k33r3s3 p1 +bias +relu +add", "n3h1w1c70 k50r1s1 +bias",
                           "n2h7w6c12 k96r3s3 u2 p1 g3 +bias", "n5h2w2c40 k7r3s3 p1 +hardswish",
                           "n1h14w14c9 k200r1s1", "n1h5w5c20 k20r3s3 p1 g20 +bias"})
    for (int zeros = 0; zeros < kZeros; ++zeros) {
      ConvProblem problem = *parse_conv_problem(text);
      problem.format = GetParam();
      problem.density = 0.2;
      SCOPED_TRACE(line(problem) + " zeros " + std::to_string(zeros));
      ConvCase c(problem, 11, {1, 0, 2}, {0, 3, 1}, Zeros(zeros));
      EXPECT_EQ(judge_all(c, {conv_rows().begin(), conv_rows().end()}), "");
    }
}

INSTANTIATE_TEST_SUITE_P(All, ConvZeros, testing::ValuesIn(formats().begin(), formats().end()),
                         [](const auto& each) { return std::string(each.param->name); });

TEST(ConvReference, IsTheDefinition) {
  for (const Listed& listed : kCases) {
    SCOPED_TRACE(listed.line);
    ConvProblem problem = *parse_conv_problem(listed.line);
    problem.ends = {};
    problem.y_type = DType::f32;
    ConvCase c(problem, 3, listed.in, listed.out);
    const std::vector<float> got = truth(c);
    std::size_t i = 0;
    for (std::int64_t n = 0; n < problem.n; ++n)
      for (std::int64_t p = 0; p < problem.p(); ++p)
        for (std::int64_t q = 0; q < problem.q(); ++q)
          for (std::int64_t k = 0; k < problem.k; ++k) {
            const ConvCase::Sum sum = c.sum_at(n, p, q, k);
            ASSERT_NEAR(got[i++], sum.value, 1e-7 * (1 + sum.magnitude));
          }
  }
}

// y = (x - zero of x) * (w - zero of w) in the scales' product, rounded half to even.
TEST(ConvReference, TakesZeroPointsAndRoundsHalfToEven) {
  ConvProblem p;
  p.k = 3;
  p.type = p.y_type = DType::u8;
  p.format = find_format("int8");
  p.x_scale = {0.5f, 10};
  p.y_scale = {1.0f, 100};
  const Encoded weights{
      p.format,
      DType::i8,
      {3, 1, 1, 1},
      1,
      {Tensor::of<std::int8_t>({3, 1, 1, 1}, std::vector<std::int8_t>{5, -3, 127}),
       Tensor::of<float>({3}, std::vector<float>{1, 1, 100}),
       Tensor::of<std::int32_t>({3}, std::vector<std::int32_t>{4, 0, -1})}};
  const ConvRow& row = *find_conv_row("reference");
  ASSERT_TRUE(accepts(row, p));
  Buffer packed(row.packed_bytes(p, &weights));
  row.pack(p, &weights, nullptr, packed.data());
  const std::uint8_t x[] = {13};
  std::uint8_t y[3] = {};
  const Shape one{1, 1, 1, 1}, strides{3, 1, 3, 3};
  const ConstView read{reinterpret_cast<const std::byte*>(x), DType::u8, one, one};
  const View write{reinterpret_cast<std::byte*>(y), DType::u8, {1, 3, 1, 1}, strides};
  row.run(p, {{&read, 1}, {&write, 1}, packed.data()}, 0, {0, 1}, {});
  EXPECT_THAT(y, testing::ElementsAre(102, 96, 255));  // 1.5 to 2, -4.5 to -4, too much
}

// Random problems up to about a million multiplications. `RC_PARAMS=seed=N` runs one again.
TEST(ConvRandom, RowsAgree) {
  EXPECT_TRUE(rc::check([] {
    ConvProblem p;
    const auto pick = [](int low, int high) {  // high inclusive
      return std::int64_t(*rc::gen::inRange(low, high + 1));
    };
    p.groups = *rc::gen::element<std::int64_t>(1, 1, 1, 2, 3, 8);
    p.n = pick(1, 3);
    p.c = p.groups * pick(1, *rc::gen::element(3, 20, 70));
    p.k = p.groups * pick(1, *rc::gen::element(3, 20, 70));
    if (*rc::gen::inRange(0, 5) == 0) p.groups = p.k = p.c;
    p.r = pick(1, 4);
    p.s = pick(1, 4);
    p.h = pick(1, 20);
    p.w = pick(1, 34);
    p.stride_h = pick(1, 3);
    p.stride_w = pick(1, 3);
    p.dilation_h = pick(1, 2);
    p.dilation_w = pick(1, 2);
    for (std::int64_t* pad : {&p.pad_top, &p.pad_left, &p.pad_bottom, &p.pad_right})
      *pad = pick(0, 3);
    p.pad_bottom = std::max(p.pad_bottom, p.dilation_h * (p.r - 1) + 1 - p.h - p.pad_top);
    p.pad_right = std::max(p.pad_right, p.dilation_w * (p.s - 1) + 1 - p.w - p.pad_left);
    p.ends.bias = *rc::gen::arbitrary<bool>();
    p.ends.add = *rc::gen::arbitrary<bool>();
    p.ends.activation = Activation(*rc::gen::inRange(0, 7));
    p.ends.a = 0.2f;
    p.ends.b = 0.5f;
    p.format = *rc::gen::elementOf(std::vector<const Format*>(formats().begin(), formats().end()));
    const auto type = [] {
      return *rc::gen::element(DType::f32, DType::bf16, DType::f16, DType::u8, DType::i8);
    };
    if (*rc::gen::arbitrary<bool>()) p.type = type(), p.y_type = type(), p.add_type = type();
    if (p.integer() && !p.format->encode_bytes) p.format = find_format("int8");
    if (is_half(p.type)) p.format = find_format(name_of(p.type));
    p.density = *rc::gen::element(1.0, 0.5, 0.1);
    if (p.all_f32() && *rc::gen::inRange(0, 4) == 0) {
      p.winograd = *rc::gen::element(2, 4, 6);
      p.winograd_relu = *rc::gen::arbitrary<bool>();
      p.r = p.s = 3, p.groups = p.stride_h = p.stride_w = p.dilation_h = p.dilation_w = 1;
      p.h = std::max<std::int64_t>(p.h, 3), p.w = std::max<std::int64_t>(p.w, 3);
    }
    RC_PRE(p.macs() < 1000000);
    const auto slack = [&] { return Slack{pick(0, 2), pick(0, 3), pick(0, 4)}; };
    ConvCase c(p, std::uint64_t(*rc::gen::inRange(0, 1000)), slack(), slack(),
               Zeros(*rc::gen::element(0, 0, 0, 1, 2, 3, 4, 5)));
    const std::string wrong = judge_all(c, {conv_rows().begin(), conv_rows().end()});
    if (!wrong.empty()) RC_FAIL(wrong);
  }));
}

TEST(ConvProblemLine, RoundTrips) {
  for (const Listed& listed : kCases) {
    const auto problem = parse_conv_problem(listed.line);
    ASSERT_TRUE(problem) << problem.error().message();
    EXPECT_EQ(line(*problem), listed.line);
  }
  const char* full =
      "n2h56w57c64 k64r3s2 u2x1 p1/2/3/4 d2x1 g2 +bias +clip-1/6.5 +add typei8 csr density0.25 t2 "
      "a:b";
  EXPECT_EQ(line(*parse_conv_problem(full)), full);
  const char* mixed = "n1h9w9c8 k8r3s3 +add typeu8/f32/i8";
  EXPECT_EQ(line(*parse_conv_problem(mixed)), mixed);
  ConvProblem p;
  for (const char* label : {"conv1", ":odd", "a b:c", "+relu:x", "csr"}) {
    p.label = label;
    const std::string text = line(p);
    const auto again = parse_conv_problem(text);
    ASSERT_TRUE(again) << text;
    EXPECT_EQ(line(*again), text);
  }
}

TEST(ConvProblemLine, RefusesWithASentence) {
  for (const char* text : {"winograd", "winogradrelu", "winograd-2", "winograd4294967298"}) {
    const auto problem = parse_conv_problem(std::string("n1h9w9c1 k1r3s3 ") + text);
    ASSERT_FALSE(problem) << text;
    EXPECT_THAT(problem.error().message(), testing::HasSubstr("write winograd2, winograd4"));
  }
  for (const char* text : {"n1h9w9c1 k1r3s3 winograd3",
                           "n1h9w9c1 k1r3s3 winograd4rely",
                           "n1h9w9c1 k1r3s3 winograd",
                           "n1h9w9c1 k1r1s1 winograd4",
                           "n1h9w9c1 k1r3s3 u2 winograd4",
                           "n1h9w9c2 k2r3s3 g2 winograd4",
                           "",
                           "n1h1w1c1",
                           "n1h1w1 k1r1s1",
                           "n0h1w1c1 k1r1s1",
                           "n1h1w1c1 k1r1s",
                           "n1h1w1c1 k1r1s1x",
                           "n1h1w1c1 k1r2s1",
                           "n1h1w1c3 k2r1s1 g2",
                           "n1h9w9c1 k1r1s1 u0",
                           "n1h9w9c1 k1r1s1 p1/2",
                           "n1h9w9c1 k1r1s1 +relu6",
                           "n1h9w9c1 k1r1s1 +clip0",
                           "n1h9w9c1 k1r1s1 cser",
                           "n1h9w9c1 k1r1s1 density2",
                           "n1h9w9c1 k1r1s1 typeu8/f32",
                           "n1h9w9c1 k1r1s1 typeu9",
                           "n1h9w9c1 k1r1s1 t0",
                           "n-1h9w9c1 k1r1s1",
                           "n99999999999h9w9c1 k1r1s1",
                           "n1h9w9c1 k1r1s1 p9999999999999999999999"}) {
    const auto problem = parse_conv_problem(text);
    ASSERT_FALSE(problem) << text;
    EXPECT_FALSE(problem.error().message().empty());
  }
}

}  // namespace
}  // namespace dlis
