// Tests the random numbers against values of an independent implementation, and their shape.
#include "dlis/base/rng.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace dlis {
namespace {

TEST(Rng, SameNumbersEverywhere) {
  Rng zero(0), other(42);
  for (const std::uint64_t value :
       {11091344671253066420u, 13793997310169335082u, 1900383378846508768u, 7684712102626143532u})
    EXPECT_EQ(zero(), value);
  for (const std::uint64_t value :
       {1546998764402558742u, 6990951692964543102u, 12544586762248559009u, 17057574109182124193u})
    EXPECT_EQ(other(), value);
}

// The polar method with a correctly rounded logarithm, to the last bits of a double.
TEST(Rng, SameNormalsEverywhere) {
  Rng rng(42);
  for (const double value : {-0x1.73d2feb0fb377p-1, -0x1.b088028693f9cp-3, 0x1.c5e21f7812a4cp-3,
                             0x1.0ba8bb0c5fa51p-1, 0x1.db514bfac5b4ep-2, 0x1.7b6195d5a3e23p-1})
    EXPECT_NEAR(rng.normal(), value, 1e-15);
}

TEST(Rng, UniformStaysInRange) {
  Rng rng(1);
  double sum = 0;
  for (int i = 0; i < 100000; ++i) {
    const double value = rng.uniform();
    ASSERT_GE(value, 0);
    ASSERT_LT(value, 1);
    sum += value;
  }
  EXPECT_NEAR(sum / 100000, 0.5, 0.005);
  const double above = std::nextafter(1.0, 2.0);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(rng.uniform(1, above), 1);
}

TEST(Rng, BelowIsEven) {
  Rng rng(2);
  std::vector<int> counts(6);
  for (int i = 0; i < 60000; ++i) ++counts.at(std::size_t(rng.below(6)));
  for (const int count : counts) EXPECT_NEAR(count, 10000, 400);
  EXPECT_EQ(rng.below(1), 0);
  // With a plain remainder the lowest third of this range would get 3/8 of the numbers.
  const std::int64_t large = std::int64_t(3) << 61;
  int low = 0;
  for (int i = 0; i < 20000; ++i) low += rng.below(large) < large / 3;
  EXPECT_NEAR(low, 20000 / 3, 350);
}

TEST(Rng, NormalHasItsMoments) {
  Rng rng(3);
  const int n = 200000;
  double sum = 0, squares = 0, fourth = 0;
  for (int i = 0; i < n; ++i) {
    const double x = rng.normal();
    sum += x, squares += x * x, fourth += x * x * x * x;
  }
  EXPECT_NEAR(sum / n, 0, 0.01);
  EXPECT_NEAR(squares / n, 1, 0.02);
  EXPECT_NEAR(fourth / n, 3, 0.1);
}

}  // namespace
}  // namespace dlis
