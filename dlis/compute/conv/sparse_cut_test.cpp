// The cuts of sparse_direct feed all workers, keep their offsets in 16 bits and their scratch
// small.
#include "dlis/compute/conv/sparse_cut.h"

#include <gtest/gtest.h>

#include "dlis/base/rng.h"
#include "dlis/compute/row.h"

namespace dlis {
namespace {

const char* const kLayers[] = {
    "n1h224w224c3 k64r3s3 p1 csr density0.5",     "n1h56w56c64 k64r3s3 p1 csr density0.1",
    "n1h28w28c128 k256r3s3 u2 p1 csr density0.2", "n1h14w14c256 k256r3s3 p1 csr density0.1",
    "n1h7w7c512 k512r3s3 p1 csr density0.2",      "n1h224w224c3 k64r7s7 u2 p3 csr density0.5",
    "n1h1w1c4096 k4096r1s1 csr density0.1",       "n100h2w2c512 k512r3s3 p1 csr density0.1",
    "n100h32w32c16 k16r3s3 p1 csr density0.5",    "n1h14w14c512 k512r1s1 csr density0.05"};

ConvProblem problem(const char* text, int workers) {
  ConvProblem p = *parse_conv_problem(text);
  p.workers = workers;
  return p;
}

class SparseCuts : public testing::TestWithParam<const char*> {};

TEST_P(SparseCuts, FeedEveryWorker) {
  for (int workers : {1, 2, 3, 4, 8}) {
    const SparseCut cut = sparse_cut(problem(GetParam(), workers));
    EXPECT_GE(cut.tiles(), workers);
    const std::int64_t rounds = (cut.tiles() + workers - 1) / workers;
    EXPECT_GE(double(cut.tiles()) / double(rounds * workers), 0.66) << workers;
  }
}

TEST_P(SparseCuts, OffsetsFitSixteenBits) {
  const ConvProblem p = problem(GetParam(), 2);
  const SparseCut cut = sparse_cut(p);
  const std::int64_t last = (cut.block_c - 1) * cut.channel + cut.offset(p, p.r - 1, p.s - 1);
  EXPECT_LT(last, kSparseReach);
  EXPECT_GE(cut.c_blocks * cut.block_c, p.c);
  EXPECT_GE(cut.bands * cut.band, p.p());
  EXPECT_GE(cut.image_blocks * cut.images, p.n);
}

TEST_P(SparseCuts, ScratchStaysInTheSecondLevel) {
  const ConvRow& row = *find_conv_row("sparse_direct");
  EXPECT_LE(row.scratch_bytes(problem(GetParam(), 1)), std::size_t(1) << 20);
}

// Six bytes a non-zero, and what does not grow with them.
TEST_P(SparseCuts, PackedBytesFollowTheNonZeros) {
  const ConvRow& row = *find_conv_row("sparse_direct");
  const ConvProblem p = problem(GetParam(), 1);
  Rng rng(5);
  Tensor weights(DType::f32, Shape{p.k, p.c, p.r, p.s});
  for (float& w : weights.edit<float>())
    if (rng.uniform() < p.density) w = 1;
  const Encoded encoded = *find_format("csr")->encode(weights);
  const double non_zeros = p.density * double(weights.elements());
  const double packed = double(row.packed_bytes(p, &encoded));
  EXPECT_LE(packed, 1.05 * (6 * non_zeros) + 4 * double(p.k * sparse_cut(p).c_blocks) +
                        4 * double(p.k + p.c) + 320);
  EXPECT_LE(packed, 1.45 * double(encoded.bytes()) + 8 * double(p.k + p.c));
}

// The cut over outputs with so many non-zeros a filter: its boundaries.
std::vector<std::uint32_t> cut_with(const std::vector<std::int64_t>& non_zeros, int parts) {
  SparseCut cut;
  cut.k_blocks = parts;
  cut.c_blocks = 4;
  return cut_filters(cut, non_zeros);
}

using Bounds = std::vector<std::uint32_t>;

TEST(SparseCutFilters, EqualFiltersAreCountedOut) {
  EXPECT_EQ(cut_with(std::vector<std::int64_t>(64, 100), 4), (Bounds{0, 16, 32, 48, 64}));
  EXPECT_EQ(cut_with(std::vector<std::int64_t>(64, 0), 4), (Bounds{0, 16, 32, 48, 64}));
}

TEST(SparseCutFilters, OneDenseFilterStandsAlone) {
  std::vector<std::int64_t> non_zeros(64, 0);
  non_zeros[0] = 63 * 4 * 2;  // as much as what the others cost without any
  EXPECT_EQ(cut_with(non_zeros, 2), (Bounds{0, 1, 64}));
  non_zeros[0] = 100000;
  EXPECT_EQ(cut_with(non_zeros, 2), (Bounds{0, 1, 64}));
  std::swap(non_zeros[0], non_zeros[40]);
  EXPECT_EQ(cut_with(non_zeros, 2).front(), 0u);
  EXPECT_EQ(cut_with(non_zeros, 2).back(), 64u);
}

TEST(SparseCutFilters, DenseFiltersAreShared) {
  std::vector<std::int64_t> non_zeros(64, 0);
  std::fill_n(non_zeros.begin(), 16, 2304);
  EXPECT_EQ(cut_with(non_zeros, 4)[1], 4u);
  EXPECT_EQ(cut_with(non_zeros, 4)[2], 8u);
  EXPECT_EQ(cut_with(non_zeros, 4)[3], 12u);
}

INSTANTIATE_TEST_SUITE_P(Layers, SparseCuts, testing::ValuesIn(kLayers));

}  // namespace
}  // namespace dlis
