// Parts are as even as items allow.
#include "dlis/base/even_cut.h"

#include <gtest/gtest.h>

#include <vector>

#include "dlis/base/rng.h"

namespace dlis {
namespace {

std::vector<std::int64_t> cuts_of(const std::vector<std::uint64_t>& weights, std::int64_t parts) {
  std::vector<std::uint64_t> sums{7};
  for (const std::uint64_t weight : weights) sums.push_back(sums.back() + weight);
  std::vector<std::int64_t> cuts;
  for (std::int64_t i = 0; i <= parts; ++i)
    cuts.push_back(even_cut(std::span<const std::uint64_t>(sums), parts, i));
  return cuts;
}

using Cuts = std::vector<std::int64_t>;

TEST(EvenCut, EqualItemsAreCountedOut) {
  EXPECT_EQ(cuts_of({1, 1, 1, 1, 1, 1, 1, 1}, 4), (Cuts{0, 2, 4, 6, 8}));
  EXPECT_EQ(cuts_of({5, 5}, 4), (Cuts{0, 0, 1, 1, 2}));
}

TEST(EvenCut, OneHeavyItemStandsAlone) {
  EXPECT_EQ(cuts_of({90, 1, 1, 1, 1, 1, 1, 1, 1, 2}, 2), (Cuts{0, 1, 10}));
  EXPECT_EQ(cuts_of({1, 1, 100, 1, 1}, 2), (Cuts{0, 2, 5}));
}

TEST(EvenCut, WeightlessItemsBelongSomewhere) {
  EXPECT_EQ(cuts_of({0, 0, 9, 0, 0}, 2), (Cuts{0, 2, 5}));
  EXPECT_EQ(cuts_of({0, 0, 0}, 2), (Cuts{0, 0, 3}));
  EXPECT_EQ(cuts_of({}, 3), (Cuts{0, 0, 0, 0}));
}

TEST(EvenCut, EveryBoundaryIsWithinHalfAnItemOfItsShare) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Rng rng(seed);
    std::vector<std::uint64_t> weights(std::size_t(1 + rng.below(60))), sums{0};
    for (auto& weight : weights)
      sums.push_back(sums.back() + (weight = std::uint64_t(rng.below(50))));
    const std::int64_t parts = 1 + std::int64_t(rng.below(20));
    const Cuts cuts = cuts_of(weights, parts);
    EXPECT_TRUE(std::ranges::is_sorted(cuts));
    const double largest = double(*std::ranges::max_element(weights));
    for (std::int64_t i = 0; i <= parts; ++i) {
      const double share = double(sums.back()) * double(i) / double(parts);
      EXPECT_NEAR(double(sums[std::size_t(cuts[std::size_t(i)])]), share, largest / 2 + 1) << seed;
    }
  }
}

}  // namespace
}  // namespace dlis
