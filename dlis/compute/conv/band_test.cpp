// Two bands of any convolution are the convolution.
#include "dlis/compute/conv/band.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "dlis/base/rng.h"

namespace dlis {
namespace {

Tensor random_tensor(const Shape& shape, Rng& rng) {
  Tensor tensor(DType::f32, shape);
  for (float& value : tensor.edit<float>()) value = float(rng.uniform(-1, 1));
  return tensor;
}

Shape channels_last(const Shape& s) { return {s[1] * s[2] * s[3], 1, s[1] * s[3], s[1]}; }

void run(const ConvProblem& p, const Encoded& weights, const ConstView& x, const View& y) {
  const ConvRow& row = *find_conv_row("reference");
  Buffer packed(row.packed_bytes(p, &weights)), scratch(row.scratch_bytes(p));
  row.pack(p, &weights, nullptr, packed.data());
  for (int phase = 0; phase < row.phases(p); ++phase)
    row.run(p, {{&x, 1}, {&y, 1}, packed.data(), scratch.data()}, phase, {0, row.tiles(p, phase)},
            {0, 1});
}

TEST(ConvBand, TwoBandsAreTheConvolution) {
  EXPECT_TRUE(rc::check([] {
    const auto pick = [](int low, int high) {
      return std::int64_t(*rc::gen::inRange(low, high + 1));
    };
    ConvProblem p;
    p.n = pick(1, 2), p.c = pick(1, 4), p.k = pick(1, 4), p.h = pick(1, 12), p.w = pick(1, 5);
    p.r = pick(1, 4), p.s = pick(1, 2);
    p.stride_h = pick(1, 3), p.dilation_h = pick(1, 2);
    p.pad_top = pick(0, 4), p.pad_bottom = pick(0, 4), p.pad_right = 1;
    p.format = find_format("dense");
    if (p.p() < 2) return;
    const std::int64_t cut = pick(1, int(p.p()) - 1);
    if (!can_cut(p, cut)) return;
    Rng rng(3);
    const Shape in{p.n, p.c, p.h, p.w}, out{p.n, p.k, p.p(), p.q()};
    Tensor x = random_tensor(in, rng), whole(DType::f32, out), parts(DType::f32, out);
    const Encoded weights = *p.format->encode(random_tensor(p.weights_shape(), rng));
    const ConstView read{x.data(), DType::f32, in, channels_last(in)};
    const View one{whole.edit_data(), DType::f32, out, channels_last(out)};
    const View two{parts.edit_data(), DType::f32, out, channels_last(out)};
    run(p, weights, read, one);
    for (auto [begin, end] : {std::pair{std::int64_t(0), cut}, {cut, p.p()}}) {
      const Band band = band_of(p, begin, end);
      RC_ASSERT(band.problem.p() == end - begin);
      run(band.problem, weights, rows_of(read, band.input_row, band.problem.h),
          rows_of(two, begin, end - begin));
    }
    RC_ASSERT(std::ranges::equal(whole.as<float>(), parts.as<float>()));
  }));
}

TEST(ConvBand, IsNotCutIntoPaddingAlone) {
  ConvProblem p = *parse_conv_problem("n1h1w8c4 k4r1s1 p1");
  EXPECT_EQ(p.p(), 3);
  EXPECT_FALSE(can_cut(p, 1));
  EXPECT_FALSE(can_cut(p, 2));
  EXPECT_FALSE(can_cut(p, 0));
  EXPECT_FALSE(can_cut(p, 3));
  EXPECT_TRUE(can_cut(*parse_conv_problem("n1h8w8c4 k4r3s3 p1"), 4));
}

}  // namespace
}  // namespace dlis
