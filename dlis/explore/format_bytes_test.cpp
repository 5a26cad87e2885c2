// The bytes of formats cross those of dense where they should.
#include "dlis/explore/format_bytes.h"

#include <gtest/gtest.h>

#include <iterator>

namespace dlis {
namespace {

TEST(FormatBytes, SparseFormatsCrossDense) {
  for (const FormatBytes& bytes : format_bytes()) {
    const std::string_view name = bytes.format->name;
    ASSERT_EQ(bytes.shares.size(), std::size(kZeroShares));
    if (name == "dense") {
      EXPECT_EQ(bytes.shares.back(), 1);
    }
    if (name == "csr") {  // 4 bytes and a gap of 1 a value
      EXPECT_NEAR(bytes.smaller_from, 0.2, 0.01);
      EXPECT_LT(bytes.shares[5], 0.155);  // 90 % zeros
    }
    if (name == "bsr") {  // a gap for 16 values
      EXPECT_NEAR(bytes.smaller_from, 1.0 / 65, 0.01);
      EXPECT_LT(bytes.shares[5], 0.105);
    }
    if (name == "csr_int8") {  // a byte and a gap of 1 a value
      EXPECT_EQ(bytes.smaller_from, 0);
      EXPECT_LT(bytes.shares[5], 0.053);
    }
    if (name == "bsr_int8") {
      EXPECT_LT(bytes.shares[5], 0.03);
    }
    if (name == "ternary2") {
      EXPECT_LT(bytes.shares.front(), 0.0625 * 1.05);
    }
  }
}

}  // namespace
}  // namespace dlis
