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

TEST(BreakEven, OwnWeightsAreOnePointOfTheRowsOfTheirDomain) {
  for (const auto& [problem, tile, rows] :
       {std::tuple{"n1h8w8c32 k32r3s3 p1", 3, std::vector{"sparse_direct", "bsr_direct"}},
        std::tuple{"n1h8w8c32 k32r3s3 p1 winograd2", 4,
                   std::vector{"winograd_sparse_f2", "winograd_bsr_f2"}}}) {
    Tensor own(DType::f32, {32, 32, tile, tile});
    for (std::size_t i = 0; i < own.edit<float>().size(); i += 4) own.edit<float>()[i] = 1;
    const auto even = break_even(parse_conv_problem(problem).value(), {1, 0.001, 1}, &own);
    ASSERT_TRUE(even) << even.error().message();
    std::vector<std::string> found;
    for (const SparseCurve& curve : even->curves) {
      found.emplace_back(curve.row->name);
      ASSERT_EQ(curve.points.size(), 1);
      EXPECT_EQ(curve.points[0].density, 0.25);  // the same places in every filter
    }
    EXPECT_THAT(found, testing::UnorderedElementsAreArray(rows));
  }
}

TEST(BreakEven, BytesHaveNoDenseRow) {
  const auto even =
      break_even(parse_conv_problem("n1h8w8c16 k16r3s3 p1 typeu8 int8").value(), {1, 0.001, 1});
  ASSERT_FALSE(even);
  EXPECT_THAT(even.error().message(), testing::HasSubstr("no dense row accepts it"));
}

}  // namespace
}  // namespace dlis
