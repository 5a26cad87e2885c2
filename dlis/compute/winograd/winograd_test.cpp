// The Winograd rows beyond what every convolution row is tested for: errors where values of one
// tile differ by many orders of magnitude, and problems that are cut in every way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "dlis/compute/conv/conv_judge.h"
#include "dlis/compute/winograd/cut.h"

namespace dlis {
namespace {

struct Size {
  const char* row;
  int m;
};
class SlowWinogradRows : public testing::TestWithParam<Size> {};

// Values by row, column and channel. All but the first are worse than what trained networks hold.
struct Pattern {
  const char* name;
  std::function<double(Rng&, std::int64_t, std::int64_t, std::int64_t)> value;
};
const Pattern kPatterns[] = {
    {"even", [](Rng& r, auto, auto, auto) { return r.uniform(-1, 1); }},
    {"positive", [](Rng& r, auto, auto, auto) { return r.uniform(0.9, 1); }},
    {"offset", [](Rng& r, auto, auto, auto) { return 1000 + r.uniform(-1, 1); }},
    {"decades",
     [](Rng& r, auto, auto, auto) { return r.uniform(-1, 1) * std::pow(10, r.uniform(-6, 6)); }},
    {"spikes",
     [](Rng& r, auto, auto, auto) { return r.uniform() < 0.05 ? 1e6 : r.uniform(-1, 1); }},
    {"rows", [](Rng& r, auto h, auto, auto) { return r.uniform(-1, 1) * (h % 2 ? 1e5 : 1); }},
    {"channels", [](Rng& r, auto, auto, auto c) { return r.uniform(-1, 1) * (c % 3 ? 1e4 : 1); }},
    {"checkers", [](Rng& r, auto h, auto w, auto) { return (h + w) % 2 ? -1 : r.uniform(0.9, 1); }},
    {"tiny", [](Rng& r, auto, auto, auto) { return r.uniform(-1, 1) * 1e-30; }},
};

// x by one pattern, w by another.
struct Ranged {
  ConvProblem p;
  Tensor x, w;
  Ranged(const ConvProblem& problem, const Pattern& of_x, const Pattern& of_w)
      : p(problem), x(DType::f32, Shape{p.n, p.h, p.w, p.c}), w(DType::f32, Shape{p.k, p.c, 3, 3}) {
    Rng rng(5);
    std::span<float> values = x.edit<float>();
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::int64_t at = std::int64_t(i);
      values[i] = float(of_x.value(rng, at / p.c / p.w % p.h, at / p.c % p.w, at % p.c));
    }
    for (std::int64_t i = 0; float& v : w.edit<float>()) {
      v = float(of_w.value(rng, i / 3 % 3, i % 3, i / 9 % p.c));
      ++i;
    }
  }
  float at(std::int64_t h, std::int64_t v, std::int64_t c) const {
    const bool inside = h >= 0 && h < p.h && v >= 0 && v < p.w;
    return inside ? x.as<float>()[std::size_t((h * p.w + v) * p.c + c)] : 0;
  }

  std::vector<float> run(const ConvRow& row) const {
    const Encoded encoded = *find_format("dense")->encode(w);
    Buffer packed(row.packed_bytes(p, &encoded)), scratch(row.scratch_bytes(p));
    row.pack(p, &encoded, nullptr, packed.data());
    Tensor y(DType::f32, Shape{p.n, p.p(), p.q(), p.k});
    const ConstView in{x.data(), DType::f32, Shape{p.n, p.c, p.h, p.w},
                       Shape{p.h * p.w * p.c, 1, p.w * p.c, p.c}};
    const View out{y.edit_data(), DType::f32, Shape{p.n, p.k, p.p(), p.q()},
                   Shape{p.p() * p.q() * p.k, 1, p.q() * p.k, p.k}};
    const Call call{{&in, 1}, {&out, 1}, packed.data(), scratch.data()};
    for (int phase = 0; phase < row.phases(p); ++phase)
      row.run(p, call, phase, {0, row.tiles(p, phase)}, {0, 1});
    return {y.as<float>().begin(), y.as<float>().end()};
  }

  // What an output's error is measured by: the largest inputs of its tile, channel by channel,
  // times the weights they meet.
  std::vector<double> tile_scales(int m, std::int64_t p0, std::int64_t q0) const {
    std::vector<double> scale(std::size_t(p.k), 0);
    for (std::int64_t c = 0; c < p.c; ++c) {
      double most = 0;
      for (int i = 0; i < m + 2; ++i)
        for (int j = 0; j < m + 2; ++j)
          most = std::max(most, std::abs(double(at(p0 - p.pad_top + i, q0 - p.pad_left + j, c))));
      for (std::int64_t k = 0; k < p.k; ++k)
        for (int tap = 0; tap < 9; ++tap)
          scale[std::size_t(k)] +=
              most * std::abs(double(w.as<float>()[std::size_t((k * p.c + c) * 9 + tap)]));
    }
    return scale;
  }

  double error(int m, const std::vector<float>& got, const std::vector<float>& want) const {
    double worst = 0;
    for (std::int64_t p0 = 0; p0 < p.p(); p0 += m)
      for (std::int64_t q0 = 0; q0 < p.q(); q0 += m)
        worst = std::max(worst, tile_error(m, p0, q0, got, want));
    return worst;
  }
  double tile_error(int m, std::int64_t p0, std::int64_t q0, const std::vector<float>& got,
                    const std::vector<float>& want) const {
    const std::vector<double> scales = tile_scales(m, p0, q0);
    double worst = 0;
    for (std::int64_t h = p0; h < std::min(p0 + m, p.p()); ++h)
      for (std::int64_t v = q0; v < std::min(q0 + m, p.q()); ++v)
        for (std::int64_t k = 0; k < p.k; ++k) {
          const std::size_t i = std::size_t((h * p.q() + v) * p.k + k);
          const double off = std::abs(double(got[i]) - want[i]);
          if (off == 0) continue;
          const double share = off / scales[std::size_t(k)];
          if (!(share <= worst)) worst = std::isnan(share) ? 1e30 : share;
        }
    return worst;
  }
};

// Transforms mix the inputs of a tile, so an error is a share of the tile's magnitude.
TEST_P(SlowWinogradRows, ErrorIsBoundedOnAdversarialRanges) {
  const ConvRow& row = *find_conv_row(GetParam().row);
  for (const char* line : {"n1h13w14c8 k8r3s3 p1", "n1h18w13c64 k16r3s3 p1"})
    for (const Pattern& of_x : kPatterns)
      for (const Pattern& of_w : kPatterns) {
        Ranged ranged(*parse_conv_problem(line), of_x, of_w);
        const std::vector<float> want = ranged.run(*find_conv_row("reference"));
        for (Isa isa : host_isas()) {
          ranged.p.isa = isa;
          EXPECT_LE(ranged.error(GetParam().m, ranged.run(row), want), row.tolerance.relative)
              << line << " x " << of_x.name << " w " << of_w.name << " " << name_of(isa);
        }
      }
}

// One block and many, shared inputs and not, panels in chunks and parts, the last of everything
// partial.
const char* const kCut[] = {
    "n1h57w61c70 k36r3s3 p1 +bias +relu cut:blocks",
    "n1h40w44c64 k130r3s3 p1 +bias +add cut:panels",
    "n1h12w12c300 k100r3s3 p1 +bias +relu +add cut:shared",
    "n5h6w7c40 k33r3s3 p1 +bias cut:batch",
    "n2h10w9c513 k9r3s3 p2x0 +hardswish cut:pads",
    "n1h26w25c24 k24r3s3 p0/3/5/1 +bias +sigmoid +add cut:uneven",
};

TEST_P(SlowWinogradRows, AgreeHoweverTheyAreCut) {
  const ConvRow& row = *find_conv_row(GetParam().row);
  for (const char* text : kCut) {
    ConvCase c(*parse_conv_problem(text), 3, {3, 5, 7}, {1, 2, 3});
    ASSERT_TRUE(accepts(row, c.problem()) || GetParam().m == 6) << text;
    EXPECT_EQ(judge_all(c, {&row}), "");
  }
}

TEST_P(SlowWinogradRows, CutIsWhole) {
  for (const char* text : kCut)
    for (int workers : {1, 2, 3, 16}) {
      ConvProblem p = *parse_conv_problem(text);
      p.workers = workers;
      const WinogradCut cut(p, GetParam().m, {panel_sizes(p.isa).wide});
      EXPECT_GE(cut.tiles, cut.blocks);
      EXPECT_GE(cut.panels, cut.panel_parts);
      EXPECT_EQ(cut.block(cut.blocks - 1).end, cut.tiles);
      EXPECT_GE(cut.channels(cut.slices - 1).end, p.c);
      EXPECT_EQ(cut.v_plane % 32, 16) << "frequencies fall into the same sets";
    }
}

INSTANTIATE_TEST_SUITE_P(All, SlowWinogradRows,
                         testing::Values(Size{"winograd_f2", 2}, Size{"winograd_f4", 4},
                                         Size{"winograd_f6", 6}),
                         [](const auto& each) { return std::string(each.param.row); });

TEST(Winograd, RefusesWhatItCannotWin) {
  const auto reason = [](const char* row, const char* text) {
    return accepts(*find_conv_row(row), *parse_conv_problem(text)).reason;
  };
  EXPECT_EQ(reason("winograd_f4", "n1h14w14c64 k64r3s3 p1"), "");
  EXPECT_EQ(reason("winograd_f2", "n1h2w2c64 k64r3s3 p1"), "");
  EXPECT_THAT(reason("winograd_f4", "n1h14w14c64 k64r1s1"), testing::HasSubstr("3x3"));
  EXPECT_THAT(reason("winograd_f4", "n1h14w14c64 k64r3s3 u2 p1"), testing::HasSubstr("stride"));
  EXPECT_THAT(reason("winograd_f4", "n1h14w14c64 k64r3s3 p2 d2"), testing::HasSubstr("dilation"));
  EXPECT_THAT(reason("winograd_f4", "n1h14w14c64 k64r3s3 p1 g2"), testing::HasSubstr("group"));
  EXPECT_THAT(reason("winograd_f4", "n1h14w14c3 k64r3s3 p1"), testing::HasSubstr("channels"));
  EXPECT_THAT(reason("winograd_f4", "n1h2w2c64 k64r3s3 p1"), testing::HasSubstr("small"));
  EXPECT_THAT(reason("winograd_f6", "n1h4w4c64 k64r3s3 p1"), testing::HasSubstr("smaller tiles"));
}

TEST(WinogradSparseRows, RefuseChannelsWhosePlacesDoNotFit) {
  const auto reason = [](const char* row, const char* line) {
    return accepts(*find_conv_row(row), *parse_conv_problem(line)).reason;
  };
  constexpr const char* kRefusal = "places of its channels do not fit into 16 bits";
  EXPECT_EQ(reason("winograd_bsr_f2", "n1h8w8c65536 k16r3s3 p1 winograd2 bsr"), "");
  EXPECT_EQ(reason("winograd_bsr_f2", "n1h8w8c65537 k16r3s3 p1 winograd2 bsr"), kRefusal);
  EXPECT_EQ(reason("winograd_sparse_f2", "n1h8w8c4096 k16r3s3 p1 winograd2 csr"), "");
  EXPECT_EQ(reason("winograd_sparse_f2", "n1h8w8c4097 k16r3s3 p1 winograd2 csr"), kRefusal);
}

}  // namespace
}  // namespace dlis
