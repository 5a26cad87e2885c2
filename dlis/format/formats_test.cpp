// Every format gives back what it was given, within its stated rounding and near its minimum of
// bytes.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "dlis/base/rng.h"
#include "dlis/format/csr.h"

namespace dlis {
namespace {

Tensor random_weights(const Shape& shape, double density, std::uint64_t seed) {
  Rng rng(seed);
  Tensor t(DType::f32, shape);
  for (float& x : t.edit<float>())
    if (rng.uniform() < density) x = float(rng.normal()) + 1e-20f;
  return t;
}

bool same_bits(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && a.type() == b.type() &&
         std::ranges::equal(a.as<std::uint32_t>(), b.as<std::uint32_t>());
}

void expect_rounded(const Tensor& x, const Tensor& y, double rounding) {
  ASSERT_EQ(x.shape(), y.shape());
  for (std::size_t i = 0; i < x.as<float>().size(); ++i) {
    const float a = x.as<float>()[i], b = y.as<float>()[i];
    if (std::isnan(a)) {
      EXPECT_TRUE(std::isnan(b));
    } else if (std::isinf(a) || a == 0) {
      EXPECT_EQ(std::bit_cast<std::uint32_t>(a), std::bit_cast<std::uint32_t>(b));
    } else {
      const double lost = std::abs(double(a) - double(b));
      EXPECT_LE(lost, std::max(rounding * std::abs(double(a)), 0x1p-134)) << a;
    }
  }
}

void expect_rounded_by_channel(const Tensor& x, const Tensor& y, double rounding) {
  ASSERT_EQ(x.shape(), y.shape());
  const auto a = x.as<float>(), b = y.as<float>();
  const std::size_t channels = x.shape().rank() > 0 ? std::size_t(x.shape()[0]) : 1;
  for (std::size_t k = 0; k < channels; ++k) {
    const std::size_t each = a.size() / channels;
    double largest = 0;
    for (float value : a.subspan(k * each, each))
      largest = std::max(largest, std::abs(double(value)));
    for (std::size_t i = k * each; i < (k + 1) * each; ++i)
      EXPECT_LE(std::abs(double(a[i]) - double(b[i])), std::max(rounding * largest, 0x1p-127))
          << a[i];
  }
}

// One byte is allowed beside the 5 %: csr's threshold, which only a tiny tensor feels.
void expect_round_trip(const Format& format, Tensor weights) {
  if (format.nearest) weights = format.nearest(weights);
  const auto encoded = format.encode(weights);
  ASSERT_TRUE(encoded) << encoded.error().message();
  EXPECT_EQ(encoded->format, &format);
  EXPECT_EQ(encoded->shape, weights.shape());
  EXPECT_EQ(encoded->density, density_of(weights, format));
  EXPECT_LE(double(encoded->bytes()), 1.05 * double(format.minimum_bytes(weights)) + 1);
  const Tensor back = format.decode(*encoded);
  if (format.exact) {
    EXPECT_TRUE(same_bits(back, weights));
  } else if (format.per_channel) {
    expect_rounded_by_channel(weights, back, format.rounding);
  } else {
    expect_rounded(weights, back, format.rounding);
  }
}

class Formats : public testing::TestWithParam<const Format*> {};

TEST_P(Formats, RoundTripOfManyShapesAndDensities) {
  const Shape shapes[] = {{64, 32, 3, 3}, {10, 512},     {7, 13, 5, 1}, {1, 1, 1, 1}, {3},
                          {1, 4000},      {33, 1, 3, 3}, {2, 70000},    {5, 3, 1, 7}, {}};
  for (const Shape& shape : shapes)
    for (double density : {0.0, 0.001, 0.004, 0.01, 0.1, 0.5, 0.9, 1.0}) {
      SCOPED_TRACE(shape.text() + " density " + std::to_string(density));
      expect_round_trip(*GetParam(), random_weights(shape, density, 7));
    }
}

TEST_P(Formats, RoundTripOfRandomProblems) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Rng rng(seed);
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Shape shape{1 + rng.below(20), 1 + rng.below(70), 1 + rng.below(5), 1 + rng.below(5)};
    expect_round_trip(*GetParam(), random_weights(shape, std::pow(rng.uniform(), 3), seed));
  }
}

TEST_P(Formats, SpecialValues) {
  using Limits = std::numeric_limits<float>;
  const std::vector<float> values = {0.0f,
                                     -0.0f,
                                     Limits::infinity(),
                                     -Limits::infinity(),
                                     1.0f,
                                     -1.0f,
                                     Limits::min(),
                                     Limits::denorm_min(),
                                     -2e-41f,
                                     NAN,
                                     1e30f,
                                     3.14159f};
  std::vector<Tensor> tensors{Tensor::of<float>({2, 6}, values),
                              Tensor::of<float>({1, 3, 2, 2}, values)};
  for (Tensor& tensor : tensors) {
    if (GetParam()->per_channel) {
      EXPECT_FALSE(GetParam()->encode(tensor)) << "no scale holds an infinity";
      for (float& value : tensor.edit<float>())
        if (!std::isfinite(value)) value = 0;
    }
    expect_round_trip(*GetParam(), tensor);
  }
}

TEST_P(Formats, EmptyTensorsAndRows) {
  expect_round_trip(*GetParam(), Tensor(DType::f32, {0, 3, 3, 3}));
  expect_round_trip(*GetParam(), Tensor(DType::f32, {4, 0, 3, 3}));
  Tensor weights = random_weights({6, 40, 3, 3}, 0.3, 3);
  auto values = weights.edit<float>();
  std::fill(values.begin(), values.begin() + 360, 0.0f);
  std::fill(values.begin() + 3 * 360, values.end(), 0.0f);
  expect_round_trip(*GetParam(), weights);
}

TEST_P(Formats, RefusesOtherElementTypes) {
  EXPECT_FALSE(GetParam()->encode(Tensor(DType::i8, {2, 2})));
}

INSTANTIATE_TEST_SUITE_P(Rows, Formats, testing::ValuesIn(formats().begin(), formats().end()),
                         [](const auto& row) { return std::string(row.param->name); });

TEST(FormatList, FindsRowsByName) {
  for (const Format* format : formats()) EXPECT_EQ(find_format(format->name), format);
  EXPECT_EQ(find_format("nothing"), nullptr);
}

TEST(FormatList, DensityCountsNegativeZero) {
  EXPECT_EQ(density_of(Tensor::of<float>({4}, std::vector<float>{0, -0.0f, 1, 0})), 0.5);
}

TEST(FormatList, DensityOfBytesIsThatOfTheirValues) {
  Tensor weights = random_weights({20, 7}, 0.05, 3), bytes(DType::i8, weights.shape());
  std::ranges::transform(weights.as<float>(), bytes.edit<std::int8_t>().begin(),
                         [](float w) { return std::int8_t(w != 0); });
  for (const Format* format : formats())
    EXPECT_EQ(density_of(bytes, *format), density_of(weights, *format)) << format->name;
}

TEST(F16, RefusesWhatItHasNoFiniteNumberFor) {
  const Format& f16 = *find_format("f16");
  EXPECT_TRUE(f16.encode(Tensor::of<float>({2}, std::vector<float>{65504, -65519})));
  for (const float beyond : {65520.0f, -1e9f})
    EXPECT_FALSE(f16.encode(Tensor::of<float>({2}, std::vector<float>{1, beyond})));
}

TEST(F16, RoundsHalfToEven) {
  const std::vector<float> values{1 + 0x1p-11f, 1 + 0x3p-11f, 2049, -2051, 0x1p-25f, 0x3p-25f};
  const auto back =
      find_format("f16")->decode(*find_format("f16")->encode(Tensor::of<float>({6}, values)));
  const auto got = back.as<float>();
  EXPECT_EQ(std::vector<float>(got.begin(), got.end()),
            (std::vector<float>{1, 1 + 0x1p-9f, 2048, -2052, 0, 0x1p-23f}));
}

TEST(Ternary2, RefusesAThirdValue) {
  const Format& ternary2 = *find_format("ternary2");
  EXPECT_TRUE(ternary2.encode(Tensor::of<float>({1, 4}, std::vector<float>{2, -3, 0, 2})));
  EXPECT_FALSE(ternary2.encode(Tensor::of<float>({1, 4}, std::vector<float>{2, -3, 0, 1})));
  expect_round_trip(ternary2, Tensor::of<float>({2, 3}, std::vector<float>{2, 3, 0, -3, 0, -2}));
  EXPECT_TRUE(ternary2.encode(Tensor::of<float>({1, 4}, std::vector<float>{2, -0.0f, 0, 2})));
}

TEST(Ternary2, KeepsTwoBitsAWeight) {
  const Tensor weights = find_format("ternary2")->nearest(random_weights({64, 64, 3, 3}, 1, 5));
  const Encoded encoded = *find_format("ternary2")->encode(weights);
  EXPECT_EQ(encoded.bytes(), std::size_t(64 * 64 * 9 / 4 + 64 * 8));
}

TEST(Ternary2, KeepsBytesOfAFile) {
  const Format &ternary2 = *find_format("ternary2"), &int8 = *find_format("int8");
  const Tensor weights = ternary2.nearest(random_weights({6, 5, 3, 3}, 0.7, 9));
  const Encoded bytes = *int8.encode(weights);
  const Encoded kept = *ternary2.encode_bytes(bytes), back = ternary2.decode_bytes(kept);
  EXPECT_TRUE(same_bits(ternary2.decode(kept), int8.decode(bytes)));
  EXPECT_TRUE(
      std::ranges::equal(back.parts[0].as<std::int8_t>(), bytes.parts[0].as<std::int8_t>()));
  EXPECT_TRUE(same_bits(back.parts[1], bytes.parts[1]));
  EXPECT_FALSE(ternary2.encode_bytes(*int8.encode(random_weights({6, 5, 3, 3}, 1, 9))));
}

TEST(Int8, RoundsHalfToEvenByChannel) {
  const std::vector<float> values{127, 0.5f, 1.5f, -2.5f, -254, 1, 3, 5, 0, 0, 0, 0};
  const Encoded encoded = *find_format("int8")->encode(Tensor::of<float>({3, 4}, values));
  const auto bytes = encoded.parts[0].as<std::int8_t>();
  EXPECT_EQ(std::vector<int>(bytes.begin(), bytes.end()),
            (std::vector<int>{127, 0, 2, -2, -127, 0, 2, 2, 0, 0, 0, 0}));
  const auto scales = encoded.parts[1].as<float>();
  EXPECT_EQ(std::vector<float>(scales.begin(), scales.end()), (std::vector<float>{1, 2, 1}));
}

TEST(Int8, DecodesZeroPoints) {
  Encoded encoded =
      *find_format("int8")->encode(Tensor::of<float>({2, 2}, std::vector<float>{127, 1, 254, 2}));
  encoded.parts.push_back(Tensor::of<std::int32_t>({2}, std::vector<std::int32_t>{1, -3}));
  const auto back = find_format("int8")->decode(encoded);
  const auto values = back.as<float>();
  EXPECT_EQ(std::vector<float>(values.begin(), values.end()), (std::vector<float>{126, 0, 260, 8}));
}

// Every single gap of one length, so that the code has to be the best one for it.
TEST(SlowCsr, EqualGapsNeedTheFewestBytes) {
  for (std::int64_t gap : {0, 1, 127, 254, 255, 256, 257, 511, 1000, 65000}) {
    const std::int64_t values = 300;
    Tensor weights(DType::f32, {1, values * (gap + 1)});
    for (std::int64_t i = 0; i < values; ++i) weights.edit<float>()[i * (gap + 1) + gap] = 1;
    SCOPED_TRACE(gap);
    expect_round_trip(*find_format("csr"), weights);
  }
}

TEST(Csr, ColumnsRunOverChannelsFirst) {
  Tensor weights(DType::f32, {2, 3, 1, 2});  // o i r s
  auto values = weights.edit<float>();
  values[4] = 5;      // o0 i2 s0
  values[1] = 2;      // o0 i0 s1
  values[6 + 3] = 9;  // o1 i1 s1
  const Encoded encoded = *find_format("csr")->encode(weights);
  const CsrRows rows = read_csr(encoded);
  EXPECT_EQ(rows.starts, (std::vector<std::int64_t>{0, 2, 3}));
  EXPECT_EQ(rows.column, (std::vector<std::uint32_t>{2, 3, 4}));
  EXPECT_EQ(rows.values.as<float>()[0], 5);
}

// A sparse format holds what the dense one of its type holds, and a zero stays a zero.
TEST(SparseFormats, RoundAsTheirDenseOnes) {
  const char* const pairs[][2] = {
      {"csr_bf16", "bf16"}, {"bsr_bf16", "bf16"}, {"csr_int8", "int8"}, {"bsr_int8", "int8"}};
  for (const auto& [sparse, dense] : pairs)
    for (double density : {0.0, 0.02, 0.3, 1.0}) {
      const Tensor weights = random_weights({37, 21, 3, 3}, density, 13);
      const Tensor back = find_format(sparse)->decode(*find_format(sparse)->encode(weights));
      EXPECT_TRUE(same_bits(back, find_format(dense)->decode(*find_format(dense)->encode(weights))))
          << sparse << " " << density;
      for (std::size_t i = 0; i < weights.as<float>().size(); ++i)
        if (weights.as<float>()[i] == 0) {
          ASSERT_EQ(back.as<std::uint32_t>()[i], 0u);
        }
    }
}

TEST(CsrInt8, KeepsAByteAGapAndAScale) {
  const Tensor weights = random_weights({64, 64, 3, 3}, 0.1, 17);
  const Encoded encoded = *find_format("csr_int8")->encode(weights);
  const auto stored = std::size_t(std::lround(encoded.density * double(weights.elements())));
  EXPECT_EQ(encoded.parts[0].bytes(), stored);
  EXPECT_EQ(encoded.parts[4].bytes(), std::size_t(64 * 4));
  EXPECT_LE(encoded.bytes(), 2 * stored + 64 * (4 + 1) + 1);
}

TEST(Csr, AQuarterOfTheBytesAtEightyPercentZeros) {
  const Tensor weights = random_weights({256, 256, 3, 3}, 0.2, 11);
  const double bytes = double(find_format("csr")->encode(weights)->bytes());
  EXPECT_LT(bytes, 0.26 * double(weights.bytes()));
}

}  // namespace
}  // namespace dlis
