// What the row refuses. (That it computes is conv_test's.)
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dlis/compute/row.h"

namespace dlis {
namespace {

TEST(OpenClDirect, RefusesWhatItsIndicesCannotReach) {
  const ConvRow& row = *find_conv_row("opencl_direct");
  EXPECT_THAT(row.accepts(*parse_conv_problem("n40h1000w1000c64 k8r1s1")).reason,
              testing::HasSubstr("2^31"));
  EXPECT_THAT(row.accepts(*parse_conv_problem("n1h8w8c8 k8r3s3 csr density0.5")).reason,
              testing::HasSubstr("dense"));
}

}  // namespace
}  // namespace dlis
