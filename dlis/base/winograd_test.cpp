// The matrices are what they say: A^T [(G g) * (B^T d)] is the correlation of g and d, exactly.
#include "dlis/base/winograd.h"

#include <gtest/gtest.h>

#include <numeric>

namespace dlis {
namespace {

struct Fraction {
  long long over = 0, under = 1;
};
Fraction operator*(const Fraction& a, const Rational& b) {
  return {a.over * b.over, a.under * b.under};
}
Fraction operator+(const Fraction& a, const Fraction& b) {
  const long long over = a.over * b.under + b.over * a.under, under = a.under * b.under;
  const long long common = std::gcd(over, under);
  return {over / common, under / common};
}

class WinogradMatricesTest : public testing::TestWithParam<int> {};

TEST_P(WinogradMatricesTest, AreTheCorrelation) {
  const WinogradMatrices& w = *winograd_matrices(GetParam());
  ASSERT_EQ(w.a, w.m + 2);
  for (int i = 0; i < w.m; ++i)
    for (int r = 0; r < 3; ++r)
      for (int t = 0; t < w.a; ++t) {
        Fraction sum;
        for (int f = 0; f < w.a; ++f)
          sum = sum + Fraction{1} * w.at[i * w.a + f] * w.g[f * 3 + r] * w.bt[f * w.a + t];
        EXPECT_EQ(sum.over, t == i + r ? sum.under : 0) << i << " " << r << " " << t;
      }
}

TEST_P(WinogradMatricesTest, AreExactInF32) {
  const WinogradMatrices& w = *winograd_matrices(GetParam());
  for (int i = 0; i < w.a * w.a; ++i) EXPECT_EQ(float(w.bt[i].value()), w.bt[i].value());
  for (int i = 0; i < w.m * w.a; ++i) EXPECT_EQ(float(w.at[i].value()), w.at[i].value());
}

TEST_P(WinogradMatricesTest, TransformWeights) {
  const WinogradMatrices& w = *winograd_matrices(GetParam());
  float g[9];
  for (int i = 0; i < 9; ++i) g[i] = float(i * i - 5);
  double u[64];
  winograd_weights(w, g, u);
  for (int i = 0; i < w.a; ++i)
    for (int j = 0; j < w.a; ++j) {
      double want = 0;
      for (int r = 0; r < 3; ++r)
        for (int s = 0; s < 3; ++s)
          want += w.g[i * 3 + r].value() * g[r * 3 + s] * w.g[j * 3 + s].value();
      EXPECT_NEAR(u[i * w.a + j], want, 1e-12);
    }
}

// Every input by itself, as independent ones add up their squares.
TEST_P(WinogradMatricesTest, EnergyIsTheMeanSquareOfWhatAnOutputChangesBy) {
  const WinogradMatrices& w = *winograd_matrices(GetParam());
  const std::vector<double> energy = winograd_energy(w);
  ASSERT_EQ(energy.size(), std::size_t(w.a * w.a));
  for (int f = 0; f < w.a * w.a; ++f) {
    double sum = 0;
    for (int t = 0; t < w.a * w.a; ++t)
      for (int o = 0; o < w.m * w.m; ++o) {
        const auto factor = [&](int axis_f, int axis_t, int axis_o) {
          return w.at[axis_o * w.a + axis_f].value() * w.bt[axis_f * w.a + axis_t].value();
        };
        const double change = factor(f / w.a, t / w.a, o / w.m) * factor(f % w.a, t % w.a, o % w.m);
        sum += change * change;
      }
    EXPECT_NEAR(energy[std::size_t(f)], sum / (w.m * w.m), 1e-9 * sum) << f;
  }
}

INSTANTIATE_TEST_SUITE_P(All, WinogradMatricesTest, testing::Values(2, 4, 6));

TEST(WinogradMatrices, OfOtherSizesDoNotExist) {
  for (int m : {0, 1, 3, 5, 8}) EXPECT_EQ(winograd_matrices(m), nullptr);
}

}  // namespace
}  // namespace dlis
