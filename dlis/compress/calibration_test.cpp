// Tests ranges on distributions whose best range is known, and the rounding of weights.
#include "dlis/compress/calibration.h"

#include <gmock/gmock.h>

#include <cmath>

#include "dlis/base/rng.h"

namespace dlis {
namespace {

using testing::HasSubstr;

Histogram histogram_of(const std::vector<float>& values) {
  Range seen;
  for (float x : values) seen = {std::min(seen.low, x), std::max(seen.high, x)};
  Histogram histogram(seen);
  histogram.add(values);
  return histogram;
}

constexpr Calibration kAll[] = {Calibration::minmax, Calibration::percentile, Calibration::mse,
                                Calibration::kl};

TEST(Calibration, EvenValuesKeepTheirWholeRange) {
  Rng rng(3);
  std::vector<float> values;
  for (int i = 0; i < 100000; ++i) values.push_back(float(rng.uniform(-1, 3)));
  for (Calibration how : kAll) {
    const Range range = range_of(histogram_of(values), how);
    EXPECT_NEAR(range.low, -1, 0.03) << int(how);
    EXPECT_NEAR(range.high, 3, 0.05) << int(how);
  }
}

// The squared error of cutting off at t is (20 - t)^2 + n t^2 / (12 x 255^2): least at 20 / (1 + n
// / (12 x 255^2)).
TEST(Calibration, OneOutlierAmongMany) {
  Rng rng(3);
  std::vector<float> values;
  const int n = 100000;
  for (int i = 0; i < n; ++i) values.push_back(float(std::abs(rng.normal())));
  values.push_back(20);
  const Histogram histogram = histogram_of(values);
  EXPECT_EQ(range_of(histogram, Calibration::minmax), (Range{0, 20}));
  EXPECT_NEAR(range_of(histogram, Calibration::mse).high, 20 / (1 + n / (12 * 255.0 * 255)), 0.3);
  for (Calibration how : {Calibration::percentile, Calibration::kl}) {
    EXPECT_LT(range_of(histogram, how).high, 8) << int(how);
    EXPECT_GT(range_of(histogram, how).high, 2.5) << int(how);
  }
}

// The squared error of rounding, counted on the values themselves.
double error_of(const std::vector<float>& values, const Range& range) {
  const Quant quant = bytes_for(range);
  double sum = 0;
  for (float x : values) {
    const float stored =
        std::clamp(std::nearbyint(x / quant.scale[0]) + float(quant.zero_point[0]), 0.0f, 255.0f);
    sum += std::pow(double(x - quant.scale[0] * (stored - float(quant.zero_point[0]))), 2);
  }
  return sum;
}

TEST(Calibration, MseHasTheLeastSquaredError) {
  Rng rng(5);
  std::vector<float> values;
  for (int i = 0; i < 50000; ++i) values.push_back(float(std::pow(rng.normal(), 3)));
  const Histogram histogram = histogram_of(values);
  const double least = error_of(values, range_of(histogram, Calibration::mse));
  for (Calibration how : kAll) EXPECT_LE(least, 1.01 * error_of(values, range_of(histogram, how)));
  for (float share : {0.3f, 0.5f, 0.7f, 0.9f}) {
    const Range shrunken{histogram.seen.low * share, histogram.seen.high * share};
    EXPECT_LE(least, 1.01 * error_of(values, shrunken)) << share;
  }
}

TEST(Calibration, NothingSeenIsARangeThatCanBeStored) {
  for (Calibration how : kAll) {
    const Range range = range_of(histogram_of({0, 0, 0}), how);
    EXPECT_EQ(range, Range{});
    EXPECT_EQ(bytes_for(range).scale[0], 1);
  }
}

TEST(Calibration, NamesAreParsed) {
  EXPECT_EQ(parse_calibration("kl").value(), Calibration::kl);
  EXPECT_THAT(parse_calibration("mes").error().message(), HasSubstr("did you mean mse"));
}

TEST(BytesFor, ZeroIsExactAndTheEndsAreStored) {
  for (const Range& range : {Range{0, 6}, Range{-1, 3}, Range{-5, 0}, Range{0.5f, 2}}) {
    const Quant quant = bytes_for(range);
    EXPECT_GE(quant.zero_point[0], 0);
    EXPECT_LE(quant.zero_point[0], 255);
    const float step = quant.scale[0];
    EXPECT_NEAR(step * float(255 - quant.zero_point[0]), std::max(range.high, 0.0f), step);
    EXPECT_NEAR(-step * float(quant.zero_point[0]), std::min(range.low, 0.0f), step);
  }
}

TEST(ByteWeights, EachChannelHasItsScaleAndTheBiasThatOfTheSum) {
  const Tensor weights = Tensor::of<float>({2, 2}, std::vector<float>{1.27f, -0.5f, 0.1f, 12.7f});
  const Tensor bias = Tensor::of<float>({2}, std::vector<float>{3, -4});
  const ByteWeights rows = byte_weights(weights, bias, 0, 0.5f);
  EXPECT_FLOAT_EQ(rows.quant.scale[0], 0.01f);
  EXPECT_FLOAT_EQ(rows.quant.scale[1], 0.1f);
  EXPECT_EQ(rows.weights.as<std::int8_t>()[0], 127);
  EXPECT_EQ(rows.weights.as<std::int8_t>()[2], 1);
  EXPECT_EQ(rows.bias.as<std::int32_t>()[0], 600);
  EXPECT_FLOAT_EQ(rows.bias_quant.scale[1], 0.05f);
  const ByteWeights columns = byte_weights(weights, Tensor(), 1, 0.5f);
  EXPECT_FLOAT_EQ(columns.quant.scale[1], 0.1f);
  EXPECT_EQ(columns.quant.axis, 1);
  EXPECT_FALSE(columns.bias.has_value());
}

TEST(ByteWeights, ABiasBesideTinyWeightsStillFits) {
  const Tensor weights = Tensor::of<float>({2, 1}, std::vector<float>{1e-20f, 0});
  const Tensor bias = Tensor::of<float>({2}, std::vector<float>{100, 0});
  const ByteWeights bytes = byte_weights(weights, bias, 0, 0.01f);
  EXPECT_NEAR(float(bytes.bias.as<std::int32_t>()[0]) * bytes.bias_quant.scale[0], 100, 1e-3);
  EXPECT_EQ(bytes.quant.scale[1], 1);
}

}  // namespace
}  // namespace dlis
