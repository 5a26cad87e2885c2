// Both shapes of `opencl_gemm` and `opencl_winograd` and all their ways compute the same bits, on
// whatever device there is. (That the rows agree with the reference is also conv_test's.)
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dlis/base/clock.h"
#include "dlis/compute/conv/conv_judge.h"
#include "dlis/compute/device_operands.h"
#include "dlis/compute/opencl/opencl_winograd.h"
#include "dlis/hardware/device.h"
#include "dlis/hardware/device_faults.h"

namespace dlis {
namespace {

GemmWay gemm_way;
WinogradWay winograd_way;

Verdict device() { return find_device("opencl")->available(); }

// The outputs where they are right, and nothing outside them was written.
std::vector<float> outputs_of(const ConvRow& row, ConvCase& c) {
  EXPECT_EQ(judge(row, c, truth(c)), "");
  return c.outputs();
}

// CPU devices take seconds to compile a GPU's large groups: those are looked at in one variant.
bool left_out(const GemmWay& way, const ConvProblem& p, bool aligned) {
  return way.pixels > 64 && (!aligned || (p.format && p.format != formats().front()));
}

// Pixels of x at multiples of 4 floats, or anywhere.
ConvCase case_of(const char* text, bool aligned = false) {
  const Slack in = aligned ? Slack{4, 8, 4} : Slack{4, 9, 1};
  return ConvCase(*parse_conv_problem(text), 5, in, {3, 5, 7});
}

TEST(OpenClGemm, AllWaysGiveTheSameBits) {
  if (!device()) GTEST_SKIP() << device().reason;
  ConvRow row = *find_conv_row("opencl_gemm");
  row.enqueue = [](const ConvProblem& p, const DeviceCall& call) {
    return enqueue_gemm(p, call, gemm_way);
  };
  for (const char* text :
       {"n2h11w10c5 k6r3s2 u3x2 p0/1/2/0 +bias", "n1h12w12c8 k70r3s3 p2x3 d2x3 +bias +relu +add",
        "n1h13w9c64 k32r1s1 +bias :aligned", "n2h9w8c12 k20r3s2 u2 p1 +hardswish :aligned",
        "n37h1w1c100 k33r1s1 +bias +clip-0.5/0.5", "n1h19w17c3 k40r7s7 u2 p3 +bias +relu",
        "n1h12w12c8 k70r3s3 p2 +relu +add f16 :aligned", "n1h13w9c64 k32r1s1 +bias f16 :aligned"}) {
    SCOPED_TRACE(text);
    const bool aligned = std::string_view(text).ends_with("aligned");
    ConvCase c = case_of(text, aligned);
    std::vector<float> first;
    for (const bool gpu : {false, true})
      for (const GemmWay& way : gemm_ways(gpu)) {
        if (left_out(way, c.problem(), aligned)) continue;
        gemm_way = way;
        const std::vector<float> y = outputs_of(row, c);
        if (first.empty()) first = y;
        EXPECT_EQ(y, first) << gpu << " " << way.pixels << " " << way.products;
      }
  }
}

// All ways of both shapes, in tiles of m x m.
template <int m>
void expect_the_same_bits(const char* name, const char* text) {
  SCOPED_TRACE(name + (" " + std::string(text)));
  ConvRow row = *find_conv_row(name);
  row.enqueue = [](const ConvProblem& p, const DeviceCall& call) {
    return enqueue_winograd(p, m, call, winograd_way);
  };
  ConvCase c = case_of(text, std::string_view(text).ends_with("aligned"));
  for (const bool gpu : {false, true}) {
    row.scratch_bytes =
        gpu ? [](const ConvProblem& p) { return winograd_scratch_bytes(p, m, true); }
            : [](const ConvProblem& p) { return winograd_scratch_bytes(p, m, false); };
    const auto ways = winograd_ways(c.problem(), m, {gpu, std::size_t(1) << 20});
    std::vector<float> first;
    EXPECT_GT(ways.size(), 1u);
    for (const WinogradWay& way : ways) {
      if (way.gpu && left_out(*way.gpu, c.problem(), c.problem().c % 4 == 0)) continue;
      winograd_way = way;
      const std::vector<float> y = outputs_of(row, c);
      if (first.empty()) first = y;
      EXPECT_EQ(y, first) << gpu << " " << way.shared << " " << way.tiles;
    }
  }
}

TEST(OpenClWinograd, AllWaysOfAShapeGiveTheSameBits) {
  if (!device()) GTEST_SKIP() << device().reason;
  for (const char* text :
       {"n1h13w14c30 k33r3s3 p1 +bias +relu +add", "n3h21w18c12 k16r3s3 p2/0/1/3 +bias :aligned",
        "n1h30w29c65 k40r3s3 +clip0/6", "n1h7w7c192 k192r3s3 p1 +bias :aligned"}) {
    expect_the_same_bits<4>("opencl_winograd", text);
    expect_the_same_bits<2>("opencl_winograd_f2", text);
  }
}

TEST(OpenClWinograd, WantsItsBlocksInLocalMemory) {
  const ConvProblem p = *parse_conv_problem("n1h56w56c256 k256r3s3 p1");
  const auto fits = [&](std::size_t bytes) { return winograd_ways(p, 4, {false, bytes}).size(); };
  EXPECT_EQ(fits(32 << 10), 0u);
  EXPECT_GT(fits(1 << 20), fits(512 << 10));
  EXPECT_EQ(winograd_ways(p, 4, {true, 0}).size(), gemm_ways(true).size());
}

TEST(OpenClConv, Refuse) {
  for (const char* name : {"opencl_gemm", "opencl_winograd", "opencl_winograd_f2"}) {
    const auto reason = [&](const char* text) {
      return accepts(*find_conv_row(name), *parse_conv_problem(text)).reason;
    };
    EXPECT_THAT(reason("n40h1000w1000c64 k8r3s3"), testing::HasSubstr("2^30"));
    EXPECT_THAT(reason("n1h16w16c8 k8r3s3 csr density0.5"), testing::HasSubstr("dense"));
    EXPECT_THAT(reason("n1h8w8c8 k8r3s3 g2"), testing::HasSubstr("group"));
    EXPECT_THAT(reason("n1h8w8c8 k8r3s3 winograd4"), testing::HasSubstr("Winograd domain"));
  }
}

// f16 weights are half the bytes on the device and give the bits of the f32 that they stand for; on
// a device that misreads them they are f32, and the row says so.
TEST(OpenClF16Weights, AreHalvesOrWhatTheyStandFor) {
  if (!device()) GTEST_SKIP() << device().reason;
  for (const char* name : {"opencl_gemm", "opencl_direct", "opencl_winograd"}) {
    SCOPED_TRACE(name);
    const ConvRow& row = *find_conv_row(name);
    ConvCase c = case_of("n1h13w14c64 k40r3s3 p1 +bias +relu +add f16");
    ConvProblem dense = c.problem();
    dense.format = find_format("dense");
    const bool halves = name != std::string_view("opencl_winograd");
    const double share =
        double(row.packed_bytes(c.problem(), nullptr)) / double(row.packed_bytes(dense, nullptr));
    EXPECT_NEAR(share, halves ? 0.5 : 1, 0.01);
    EXPECT_EQ(row.remark(c.problem()), halves ? "" : "transformed weights are f32");
    const std::vector<float> y = outputs_of(row, c);
    device_faults().f16 = F16Fault::reads;
    EXPECT_EQ(row.packed_bytes(c.problem(), nullptr), row.packed_bytes(dense, nullptr));
    EXPECT_EQ(outputs_of(row, c), y);
    if (halves) {
      EXPECT_THAT(row.remark(c.problem()), testing::HasSubstr("weights are f32"));
    }
    device_faults().f16 = F16Fault::none;
  }
}

// Way 1 does less than way 0.
TEST(OpenClShape, MeasuresOnceWhichWayIsFastest) {
  if (!device()) GTEST_SKIP() << device().reason;
  ConvProblem p = *parse_conv_problem("n1h32w32c64 k256r1s1 +bias");
  const ConvRow& row = *find_conv_row("opencl_gemm");
  ConvCase c(p, 1);
  c.prepare(row);
  const auto operands = DeviceOperands::open("opencl", c.call(), row.packed_bytes(p, nullptr), 0);
  ASSERT_TRUE(operands) << operands.error().message();
  int calls = 0;
  const auto enqueue = [&](std::size_t way) -> Status {
    ++calls;
    for (std::size_t i = 0; i < (way == 1 ? 1 : 9); ++i)
      DLIS_TRY(enqueue_gemm(p, operands->call(), gemm_ways(false)[0]));
    return {};
  };
  const std::string key = "test " + std::to_string(now_ms());
  EXPECT_EQ(*fastest_way(key, p, operands->call(), 3, enqueue), 1u);
  EXPECT_GE(calls, 6);
  calls = 0;
  EXPECT_EQ(*fastest_way(key, p, operands->call(), 3, enqueue), 1u);
  EXPECT_EQ(calls, 0);
  p.h = 1;
  EXPECT_EQ(*fastest_way(key, p, operands->call(), 3, enqueue), 0u) << "too small to pay";
  EXPECT_EQ(calls, 0);
}

}  // namespace
}  // namespace dlis
