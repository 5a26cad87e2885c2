// The budget's knapsack against trying everything.
#include "dlis/runtime/budget.h"

#include <gtest/gtest.h>

#include "dlis/base/rng.h"

namespace dlis {
namespace {

double sum_ms(const std::vector<LayerCosts>& layers, const Picks& picks) {
  double sum = 0;
  for (std::size_t i = 0; i < layers.size(); ++i)
    sum += layers[i][std::size_t(picks[i])].milliseconds;
  return sum;
}

// Calls `see` with every combination of picks.
template <class See>
void for_all_picks(const std::vector<LayerCosts>& layers, See see) {
  Picks picks(layers.size(), 0);
  while (true) {
    see(picks);
    std::size_t i = 0;
    while (i < layers.size() && ++picks[i] == int(layers[i].size())) picks[i++] = 0;
    if (i == layers.size()) return;
  }
}

std::vector<LayerCosts> random_layers(Rng& rng) {
  std::vector<LayerCosts> layers(3 + std::size_t(rng.uniform() * 4));
  for (LayerCosts& layer : layers) {
    layer.resize(1 + std::size_t(rng.uniform() * 4));
    for (Cost& cost : layer)
      cost = {rng.uniform(), std::size_t(rng.uniform() * 100), std::size_t(rng.uniform() * 60)};
  }
  return layers;
}

TEST(Budget, NoPlanThatFitsIsFaster) {
  Rng rng(11);
  int kept = 0, impossible = 0;
  for (int trial = 0; trial < 300; ++trial) {
    const auto layers = random_layers(rng);
    const FixedMemory fixed{50, std::size_t(rng.uniform() * 30)};
    const auto limit = std::size_t(50 + rng.uniform() * 500);
    double best = -1;
    for_all_picks(layers, [&](const Picks& picks) {
      if (peak_bytes(layers, picks, fixed) > limit) return;
      if (best < 0 || sum_ms(layers, picks) < best) best = sum_ms(layers, picks);
    });
    const auto picks = fastest_within(layers, fixed, limit);
    ASSERT_EQ(picks.has_value(), best >= 0) << trial;
    if (!picks) {
      ++impossible;
      continue;
    }
    ++kept;
    EXPECT_LE(peak_bytes(layers, *picks, fixed), limit) << trial;
    EXPECT_DOUBLE_EQ(sum_ms(layers, *picks), best) << trial;
  }
  EXPECT_GT(kept, 50);
  EXPECT_GT(impossible, 20);
}

TEST(Budget, TheSmallestPlanIsTheSmallest) {
  Rng rng(12);
  for (int trial = 0; trial < 100; ++trial) {
    const auto layers = random_layers(rng);
    const FixedMemory fixed{7, 5};
    std::size_t least = std::size_t(-1);
    for_all_picks(layers, [&](const Picks& picks) {
      least = std::min(least, peak_bytes(layers, picks, fixed));
    });
    EXPECT_EQ(peak_bytes(layers, smallest(layers, fixed), fixed), least);
    EXPECT_TRUE(fastest_within(layers, fixed, least));
    EXPECT_FALSE(fastest_within(layers, fixed, least - 1));
  }
}

// Scratch is a maximum: giving up one of two layers with the same large scratch gains nothing.
TEST(Budget, ScratchIsSharedAndWeightsAdd) {
  const LayerCosts layer{{1, 10, 100}, {2, 10, 0}};
  const std::vector<LayerCosts> layers{layer, layer, {{1, 10, 0}, {5, 1, 0}}};
  EXPECT_EQ(*fastest_within(layers, {}, 130), (Picks{0, 0, 0}));
  EXPECT_EQ(*fastest_within(layers, {}, 129), (Picks{1, 1, 0}));
  EXPECT_EQ(*fastest_within(layers, {}, 121), (Picks{1, 1, 0}));
  EXPECT_EQ(*fastest_within(layers, {}, 29), (Picks{1, 1, 1}));
  EXPECT_FALSE(fastest_within(layers, {}, 20));
}

// Partial sums and sizes of the scratch are thinned here: a larger budget is hardly ever slower.
TEST(Budget, ManyLayersGrowFasterWithTheBudget) {
  Rng rng(13);
  std::vector<LayerCosts> layers(60);
  for (LayerCosts& layer : layers) {
    const double mb = 1e6 * (0.1 + rng.uniform());
    for (const double factor : {1.0, 1.8, 4.0, 7.1})  // bytes that Winograd's tiles multiply
      layer.push_back({(1 + rng.uniform()) / factor, std::size_t(mb * factor),
                       std::size_t(1e5 * rng.uniform() * factor)});
  }
  const std::size_t least = peak_bytes(layers, smallest(layers, {}), {}),
                    most = peak_bytes(layers, fastest(layers), {});
  double before = 1e9;
  for (double share : {0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0}) {
    const std::size_t limit = least + std::size_t(share * double(most - least));
    const auto picks = fastest_within(layers, {}, limit);
    ASSERT_TRUE(picks) << share;
    EXPECT_LE(peak_bytes(layers, *picks, {}), limit);
    EXPECT_LE(sum_ms(layers, *picks), 1.01 * before) << share;
    before = sum_ms(layers, *picks);
  }
  EXPECT_DOUBLE_EQ(before, sum_ms(layers, fastest(layers)));
}

}  // namespace
}  // namespace dlis
