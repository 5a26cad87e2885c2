// Tensors share bytes until edited; conversions round as stated.
#include "dlis/format/tensor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace dlis {
namespace {

TEST(Tensor, CopiesShareUntilEdited) {
  Tensor a(DType::f32, {2, 3});
  Tensor b = a;
  EXPECT_TRUE(a.same_storage(b));
  b.edit<float>()[4] = 7;
  EXPECT_FALSE(a.same_storage(b));
  EXPECT_EQ(a.as<float>()[4], 0);
  EXPECT_EQ(b.as<float>()[4], 7);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(b.data()) % kAlignment, 0u);
}

TEST(Tensor, PermutesToChannelsLast) {
  std::vector<float> values(24);
  for (std::size_t i = 0; i < 24; ++i) values[i] = float(i);
  const Tensor nchw = Tensor::of<float>({2, 3, 2, 2}, values);
  const Tensor nhwc = nchw.permuted(std::vector{0, 2, 3, 1});
  EXPECT_EQ(nhwc.shape(), (Shape{2, 2, 2, 3}));
  EXPECT_EQ(nhwc.as<float>()[1], 4);  // n0 h0 w0 c1
  EXPECT_EQ(nhwc.permuted(std::vector{0, 3, 1, 2}).as<float>()[13], 13);
}

TEST(Tensor, ConvertsWithSaturation) {
  const Tensor x = Tensor::of<float>({4}, std::vector<float>{-1000, 3.7f, 1000, NAN});
  const Tensor i = x.converted(DType::i8);
  EXPECT_EQ(i.as<std::int8_t>()[0], -128);
  EXPECT_EQ(i.as<std::int8_t>()[1], 3);
  EXPECT_EQ(i.as<std::int8_t>()[2], 127);
  EXPECT_EQ(i.as<std::int8_t>()[3], 0);
}

TEST(DTypes, EveryHalfSurvivesTheRoundTrip) {
  for (int bits = 0; bits < 65536; ++bits) {
    const float value = from_f16(std::uint16_t(bits));
    if (!std::isnan(value)) {
      EXPECT_EQ(to_f16(value), bits);
    }
    const float wide = from_bf16(std::uint16_t(bits));
    if (!std::isnan(wide)) {
      EXPECT_EQ(to_bf16(wide), bits);
    }
  }
}

TEST(DTypes, HalvesRoundToNearestEven) {
  EXPECT_EQ(from_f16(to_f16(1 + 0x1p-11f)), 1.0f);
  EXPECT_EQ(from_f16(to_f16(1 + 3 * 0x1p-11f)), 1 + 0x1p-9f);
  EXPECT_EQ(from_f16(to_f16(65519.0f)), 65504.0f);
  EXPECT_TRUE(std::isinf(from_f16(to_f16(65520.0f))));
  EXPECT_EQ(from_f16(to_f16(0x1p-25f)), 0.0f);
  EXPECT_EQ(from_f16(to_f16(0x1.8p-25f)), 0x1p-24f);
  EXPECT_EQ(from_bf16(to_bf16(1 + 0x1p-8f)), 1.0f);
  EXPECT_EQ(from_bf16(to_bf16(1 + 3 * 0x1p-8f)), 1 + 0x1p-6f);
  EXPECT_TRUE(std::isnan(from_bf16(to_bf16(std::numeric_limits<float>::quiet_NaN()))));
}

TEST(Shapes, Broadcast) {
  Shape out;
  EXPECT_TRUE(broadcast({2, 1, 4}, {3, 1}, out));
  EXPECT_EQ(out, (Shape{2, 3, 4}));
  EXPECT_TRUE(broadcast({}, {5}, out));
  EXPECT_EQ(out, Shape{5});
  EXPECT_TRUE(broadcast({0, 1}, {1, 3}, out));
  EXPECT_EQ(out, (Shape{0, 3}));
  EXPECT_FALSE(broadcast({2}, {3}, out));
}

TEST(Tensor, BorrowedBytesAreCopiedBeforeAnEdit) {
  const auto owner = std::make_shared<Buffer>(8);
  Tensor a(DType::f32, {2}, Buffer(owner->data(), 8, owner));
  EXPECT_EQ(a.data(), owner->data());
  a.edit<float>()[0] = 1;
  EXPECT_NE(a.data(), owner->data());
  EXPECT_EQ(reinterpret_cast<const float*>(owner->data())[0], 0);
  EXPECT_EQ(owner.use_count(), 1);
}

TEST(Tensor, AHollowOneHasTypeAndShapeAlone) {
  const Tensor a = Tensor::hollow(DType::i8, {2, 3});
  EXPECT_TRUE(a.has_value() && a.is_hollow());
  EXPECT_FALSE(Tensor().is_hollow() || Tensor(DType::f32, {2}).is_hollow());
  EXPECT_TRUE(a.converted(DType::f32).is_hollow());
  EXPECT_TRUE(a.reshaped({6}).is_hollow());
  const int order[] = {1, 0};
  EXPECT_TRUE(a.permuted(order).is_hollow());
  EXPECT_EQ(a.permuted(order).shape(), (Shape{3, 2}));
}

}  // namespace
}  // namespace dlis
