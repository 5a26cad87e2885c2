// Tests medians, quantiles and the bootstrap interval on samples whose answers are known.
#include "dlis/base/statistics.h"

#include <gmock/gmock.h>

#include <cmath>

#include "dlis/base/rng.h"

namespace dlis {
namespace {

TEST(Statistics, QuantilesInterpolate) {
  const std::vector<double> sorted{1, 2, 3, 5};
  EXPECT_EQ(quantile(sorted, 0), 1);
  EXPECT_EQ(quantile(sorted, 0.5), 2.5);
  EXPECT_EQ(quantile(sorted, 1), 5);
  EXPECT_EQ(quantile({}, 0.5), 0);
  EXPECT_EQ(median({5, 1, 3}), 3);
  EXPECT_EQ(median({4, 1}), 2.5);
}

TEST(Statistics, EqualSamplesAreCertain) {
  const Estimate estimate = estimate_median({2, 2, 2});
  EXPECT_EQ(estimate.low, 2);
  EXPECT_EQ(estimate.value, 2);
  EXPECT_EQ(estimate.high, 2);
  EXPECT_EQ(estimate_median({}).value, 0);
}

// The median of n normal samples deviates by about sqrt(pi / 2n), so 95 % intervals are 3.92 times
// that wide; and about 95 of 100 of them hold the true one.
TEST(Statistics, IntervalsAreAsWideAsTheMedianIsUncertain) {
  Rng rng(3);
  int hold = 0;
  double width = 0;
  for (int i = 0; i < 100; ++i) {
    std::vector<double> samples(60);
    for (double& sample : samples) sample = rng.normal();
    const Estimate e = estimate_median(samples);
    EXPECT_LE(e.low, e.value);
    EXPECT_LE(e.value, e.high);
    hold += e.low <= 0 && e.high >= 0;
    width += (e.high - e.low) / 100;
  }
  EXPECT_GE(hold, 85);
  EXPECT_NEAR(width, 3.92 * std::sqrt(3.14159 / 120), 0.2);
}

}  // namespace
}  // namespace dlis
