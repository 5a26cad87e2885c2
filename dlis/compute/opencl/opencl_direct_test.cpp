// That the device itself computes, that the host stands in for it, and what the row refuses. (The
// cases of conv_test cannot tell the two apart.)
#include "dlis/compute/opencl/opencl_direct.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dlis/compute/conv/conv_judge.h"
#include "dlis/hardware/device.h"

namespace dlis {
namespace {

// `opencl_direct` with another way to run.
void agrees(decltype(ConvRow::run) run) {
  ConvRow row = *find_conv_row("opencl_direct");
  row.run = run;
  for (const char* text :
       {"n2h11w10c5 k6r2s3 u3x2 p0/1/2/0", "n1h12w12c8 k19r3s3 p2x3 d2x3 +bias +leaky_relu0.1",
        "n1h6w6c12 k33r3s3 p1 g3 +bias +relu +add", "n1h9w9c24 k24r3s3 p1 g24 +bias +hardswish",
        "n37h1w1c100 k10r1s1 +bias +clip-0.5/0.5"}) {
    SCOPED_TRACE(text);
    ConvCase c(*parse_conv_problem(text), 5, {4, 9, 1}, {3, 5, 7});
    EXPECT_EQ(judge(row, c, truth(c)), "");
  }
}

TEST(OpenClDirect, TheDeviceComputes) {
  if (const Verdict device = find_device("opencl")->available(); !device)
    GTEST_SKIP() << device.reason;
  agrees([](const ConvProblem& p, const Call& call, int, Range, Worker) {
    EXPECT_TRUE(direct_on_device(p, call));
  });
}

TEST(OpenClDirect, TheHostStandsIn) {
  agrees(
      [](const ConvProblem& p, const Call& call, int, Range, Worker) { direct_on_host(p, call); });
}

TEST(OpenClDirect, RefusesWhatItsIndicesCannotReach) {
  const ConvRow& row = *find_conv_row("opencl_direct");
  EXPECT_THAT(row.accepts(*parse_conv_problem("n40h1000w1000c64 k8r1s1")).reason,
              testing::HasSubstr("2^31"));
  EXPECT_THAT(row.accepts(*parse_conv_problem("n1h8w8c8 k8r3s3 csr density0.5")).reason,
              testing::HasSubstr("dense"));
}

}  // namespace
}  // namespace dlis
