// Sparse rows over densities stand beside the dense ones.
#include "dlis/explore/break_even.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace dlis {
namespace {

BreakEven found(const char* problem) {
  const auto even = break_even(parse_conv_problem(problem).value(), {1, 0.001, 1});
  EXPECT_TRUE(even) << even.error().message();
  return even.value_or(BreakEven{});
}

TEST(BreakEven, EverySparseRowHasItsCurve) {
  const BreakEven even = found("n1h8w8c64 k64r3s3 p1 +bias +relu");
  std::vector<std::string> rows;
  for (const SparseCurve& curve : even.curves) rows.emplace_back(curve.row->name);
  EXPECT_THAT(rows, testing::UnorderedElementsAre("sparse_direct", "bsr_direct",  //
                                                  "winograd_sparse_f2", "winograd_sparse_f4",
                                                  "winograd_bsr_f2", "winograd_bsr_f4"));
  for (const SparseCurve& curve : even.curves) {
    ASSERT_EQ(curve.points.size(), std::size(kDensities));
    for (std::size_t i = 0; i < curve.points.size(); ++i) {
      EXPECT_NEAR(curve.points[i].density, kDensities[i], 0.05);
      EXPECT_GT(curve.points[i].to_best.value, 0);
      EXPECT_GE(curve.points[i].density,
                i + 1 < curve.points.size() ? curve.points[i + 1].density : 0);
    }
  }
  EXPECT_FALSE(std::string_view(even.direct.row->name).starts_with("winograd"));
  EXPECT_LE(even.best.median_ms, even.direct.median_ms * 2);
}

TEST(BreakEven, BytesHaveNoDenseRow) {
  const auto even =
      break_even(parse_conv_problem("n1h8w8c16 k16r3s3 p1 typeu8 int8").value(), {1, 0.001, 1});
  ASSERT_FALSE(even);
  EXPECT_THAT(even.error().message(), testing::HasSubstr("no dense row accepts it"));
}

}  // namespace
}  // namespace dlis
