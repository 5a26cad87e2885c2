// The kernels that widen and round 16 bits against dlis/format/half.h, on every instruction set.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "dlis/compute/nn/convert_kernels.h"
#include "dlis/format/half.h"

namespace dlis {
namespace {

constexpr int kPatterns = 65536;
constexpr int kSlack = 32;  // elements that a kernel may read past its run

class Halves : public testing::TestWithParam<std::tuple<Isa, DType>> {
 protected:
  Isa isa() const { return std::get<0>(GetParam()); }
  DType type() const { return std::get<1>(GetParam()); }
  bool is_f16() const { return type() == DType::f16; }

  std::vector<float> read(std::vector<std::uint16_t> in) const {
    const std::size_t count = in.size();
    std::vector<float> out(count + 1, 7);
    in.resize(count + kSlack);
    const ConvertKernels& kernels = convert_kernels_for(isa());
    (is_f16() ? kernels.read_f16 : kernels.read_bf16)({std::int64_t(count), in.data(), out.data()});
    EXPECT_EQ(out.back(), 7) << "writes past its run";
    out.pop_back();
    return out;
  }
  std::vector<std::uint16_t> round(std::vector<float> in) const {
    const std::size_t count = in.size();
    std::vector<std::uint16_t> out(count + 1, 7);
    in.resize(count + kSlack);
    const ConvertKernels& kernels = convert_kernels_for(isa());
    (is_f16() ? kernels.round_f16
              : kernels.round_bf16)({std::int64_t(count), in.data(), out.data()});
    EXPECT_EQ(out.back(), 7) << "writes past its run";
    out.pop_back();
    return out;
  }

  void expect_rounded(const std::vector<float>& in) const {
    const std::vector<std::uint16_t> got = round(in);
    for (std::size_t i = 0; i < in.size(); ++i) {
      if (std::isnan(in[i]))
        ASSERT_TRUE(std::isnan(from_half(type(), got[i])));
      else
        ASSERT_EQ(got[i], to_half(type(), in[i])) << in[i];
    }
  }
};

std::vector<std::uint16_t> all_patterns() {
  std::vector<std::uint16_t> all;
  for (int bits = 0; bits < kPatterns; ++bits) all.push_back(std::uint16_t(bits));
  return all;
}

TEST_P(Halves, AreReadExactly) {
  const std::vector<std::uint16_t> all = all_patterns();
  const std::vector<float> got = read(all);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const float want = from_half(type(), all[i]);
    if (std::isnan(want))
      ASSERT_TRUE(std::isnan(got[i])) << i;
    else
      ASSERT_EQ(std::bit_cast<std::uint32_t>(got[i]), std::bit_cast<std::uint32_t>(want)) << i;
  }
}

// Every one of them, the ties between two and what is next to a tie. (Beyond the last one lies
// infinity; armv7 takes the f32 that bf16 has no normal number for as 0.)
TEST_P(Halves, AreRoundedToNearestEven) {
  std::vector<float> in;
  for (const std::uint16_t bits : all_patterns()) {
    const float here = from_half(type(), bits);
    const float next = from_half(type(), std::uint16_t(bits + 1));
    in.push_back(here);
    if (!std::isfinite(here) || !std::isfinite(next)) continue;
    const float tie = here / 2 + next / 2;
    if (std::abs(tie) < std::numeric_limits<float>::min()) continue;
    for (const float x : {std::nextafter(tie, here), tie, std::nextafter(tie, next)})
      in.push_back(x);
  }
  for (const float x : {65519.996f, 65520.0f, -65520.0f, 1e30f, -1e30f, 0x1p-25f, 0x1.000002p-25f})
    in.push_back(x);
  expect_rounded(in);
}

TEST_P(Halves, EveryLengthIsRight) {
  for (std::size_t count = 0; count <= 67; ++count) {
    std::vector<float> in;
    for (std::size_t i = 0; i < count; ++i) in.push_back(float(i) * 0.37f - 9);
    expect_rounded(in);
    std::vector<std::uint16_t> stored = round(in);
    const std::vector<float> back = read(stored);
    for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(back[i], from_half(type(), stored[i]));
  }
}

std::vector<Isa> isas() { return host_isas(); }
INSTANTIATE_TEST_SUITE_P(All, Halves,
                         testing::Combine(testing::ValuesIn(isas()),
                                          testing::Values(DType::f16, DType::bf16)),
                         [](const auto& each) {
                           return std::string(name_of(std::get<0>(each.param))) + "_" +
                                  std::string(name_of(std::get<1>(each.param)));
                         });

}  // namespace
}  // namespace dlis
