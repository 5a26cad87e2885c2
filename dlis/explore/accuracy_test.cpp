// Intervals against published values, agreement by hand.
#include "dlis/explore/accuracy.h"

#include <gtest/gtest.h>

namespace dlis {
namespace {

// Newcombe, "Two-sided confidence intervals for the single proportion", Stat. Med. 17, 1998, table
// I, method 3 (score without continuity correction).
TEST(WilsonInterval, AgreesWithPublishedValues) {
  struct Case {
    std::int64_t correct, images;
    double low, high;
  };
  for (const Case& c : {Case{81, 263, 25.53, 36.62}, Case{15, 148, 6.24, 16.05},
                        Case{0, 20, 0, 16.11}, Case{1, 29, 0.61, 17.18}}) {
    const Interval interval = wilson_interval(c.correct, c.images);
    EXPECT_NEAR(interval.low, c.low, 0.006) << c.correct << " of " << c.images;
    EXPECT_NEAR(interval.high, c.high, 0.006) << c.correct << " of " << c.images;
  }
}

TEST(WilsonInterval, StaysWithinBounds) {
  EXPECT_EQ(wilson_interval(0, 0).low, 0);
  EXPECT_EQ(wilson_interval(0, 0).high, 100);
  EXPECT_NEAR(wilson_interval(0, 10).low, 0, 1e-9);
  EXPECT_NEAR(wilson_interval(10, 10).high, 100, 1e-9);
}

TEST(Agreement, CountsEqualAnswers) {
  Accuracy a, b;
  a.predictions = {1, 2, 3, 4};
  b.predictions = {1, 2, 3, 9};
  EXPECT_EQ(agreement_of(a, b), 75);
  EXPECT_EQ(agreement_of(a, a), 100);
}

}  // namespace
}  // namespace dlis
