// Vector math against the C library: units in the last place, infinities, NaN, overflow.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "dlis/compute/nn/elementwise_kernels.h"
#include "dlis/compute/nn/nn_judge.h"

namespace dlis {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

std::vector<float> apply(ElementwiseKernel kernel, std::vector<float> x,
                         std::vector<float> y = {}) {
  const auto n = std::int64_t(x.size());
  std::vector<float> out(x.size());
  x.resize(x.size() + 16);
  y.resize(x.size());
  kernel({.cols = n, .out = out.data(), .in = {x.data(), y.data()}, .in_col = {1, 1}});
  return out;
}

double ulps(float got, double want) {
  const float near = float(want);
  const double unit = double(std::nextafter(std::abs(near), kInf)) - double(std::abs(near));
  return std::abs(double(got) - want) / unit;
}

// The worst error over [low, high], where the function takes `truth`.
double worst(ElementwiseKernel kernel, double (*truth)(double), float low, float high) {
  std::vector<float> x;
  constexpr int kPoints = 200000;
  for (int i = 0; i <= kPoints; ++i) x.push_back(low + (high - low) * float(i) / kPoints);
  const std::vector<float> y = apply(kernel, x);
  double largest = 0;
  for (std::size_t i = 0; i < x.size(); ++i)
    largest = std::max(largest, ulps(y[i], truth(double(x[i]))));
  return largest;
}

class NnMath : public testing::TestWithParam<Isa> {
 protected:
  const ElementwiseKernels& kernels() const { return elementwise_kernels_for(GetParam()); }
};

TEST_P(NnMath, IsWithinAFewUnits) {
  EXPECT_LE(worst(kernels().exp, std::exp, -87, 88.7f), 2.0);
  EXPECT_LE(worst(kernels().tanh, std::tanh, -9, 9), 3.0);
  EXPECT_LE(worst(kernels().erf, std::erf, -4, 4), 3.0);
  EXPECT_LE(worst(kernels().sqrt, std::sqrt, 0, 100), 0.51);
  EXPECT_LE(worst(
                kernels().sigmoid, [](double x) { return 1 / (1 + std::exp(-x)); }, -80, 80),
            4.0);
}

TEST_P(NnMath, KnowsTheEnds) {
  const std::vector<float> x = {-kInf, -200, -104, 0, -0.0f, 88.7f, 89, 200, kInf, kNan};
  const std::vector<float> e = apply(kernels().exp, x);
  for (int i : {0, 1, 2}) EXPECT_EQ(e[std::size_t(i)], 0.0f);
  EXPECT_EQ(e[3], 1.0f);
  EXPECT_EQ(e[4], 1.0f);
  EXPECT_LE(ulps(e[5], std::exp(double(x[5]))), 2.0);
  for (int i : {6, 7, 8}) EXPECT_EQ(e[std::size_t(i)], kInf);
  EXPECT_TRUE(std::isnan(e[9]));
  for (auto kernel : {kernels().tanh, kernels().erf}) {
    const std::vector<float> t = apply(kernel, x);
    EXPECT_EQ(t[0], -1.0f);
    EXPECT_EQ(t[3], 0.0f);
    EXPECT_TRUE(std::signbit(t[4]));
    EXPECT_EQ(t[8], 1.0f);
    EXPECT_TRUE(std::isnan(t[9]));
  }
}

TEST_P(NnMath, SquaresWithoutTheLibrary) {
  const float two = 2;
  std::vector<float> x, out(37);
  for (int i = 0; i < 37 + 16; ++i) x.push_back(float(i) * 0.7f - 9);
  kernels().pow({.cols = 37, .out = out.data(), .in = {x.data(), &two}, .in_col = {1, 0}});
  for (std::size_t i = 0; i < out.size(); ++i) EXPECT_EQ(out[i], x[i] * x[i]);
}

TEST_P(NnMath, LargestAndSmallestKeepNan) {
  const std::vector<float> x = {1, kNan, 2, -kInf, kInf, kNan}, y = {kNan, 1, 3, kInf, kInf, kNan};
  for (auto kernel : {kernels().max, kernels().min}) {
    const std::vector<float> got = apply(kernel, x, y);
    for (int i : {0, 1, 5}) EXPECT_TRUE(std::isnan(got[std::size_t(i)]));
  }
  EXPECT_EQ(apply(kernels().max, x, y)[2], 3.0f);
  EXPECT_EQ(apply(kernels().min, x, y)[3], -kInf);
  EXPECT_EQ(apply(kernels().max, x, y)[4], kInf);
  EXPECT_TRUE(std::isnan(apply(kernels().relu, x)[1]));
}

INSTANTIATE_TEST_SUITE_P(Isas, NnMath, testing::ValuesIn(host_isas()),
                         [](const auto& each) { return std::string(name_of(each.param)); });

}  // namespace
}  // namespace dlis
