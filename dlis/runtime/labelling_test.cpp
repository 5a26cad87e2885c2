// The cheapest labelling against all labellings of small random problems.
#include "dlis/runtime/labelling.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "dlis/base/rng.h"

namespace dlis {
namespace {

Labelling random_problem(Rng& rng, int nodes) {
  Labelling problem;
  const auto cost = [&] { return double(rng.below(20)); };
  for (int i = 0; i < nodes; ++i) {
    problem.costs.push_back({cost(), cost()});
    if (rng.below(5) == 0) problem.costs.back()[std::size_t(rng.below(2))] = kNever;
  }
  for (int i = int(rng.below(2 * nodes)); i > 0; --i) {
    Penalty p{int(rng.below(nodes)), rng.below(2) == 1, {}, cost()};
    for (int n = int(rng.below(4)); n > 0; --n) p.others.push_back(int(rng.below(nodes)));
    problem.penalties.push_back(p);
  }
  return problem;
}

TEST(Labelling, IsTheCheapestOfAll) {
  Rng rng(11);
  for (int round = 0; round < 500; ++round) {
    const int nodes = 1 + int(rng.below(9));
    const Labelling problem = random_problem(rng, nodes);
    double least = cost_of(problem, std::vector<bool>(std::size_t(nodes)));
    for (int bits = 1; bits < 1 << nodes; ++bits) {
      std::vector<bool> labels;
      for (int i = 0; i < nodes; ++i) labels.push_back(bits >> i & 1);
      least = std::min(least, cost_of(problem, labels));
    }
    EXPECT_EQ(cost_of(problem, cheapest_labels(problem)), least) << "round " << round;
  }
}

// 0 - 1 - 2: the middle gains less than two conversions cost, so it goes with its neighbours.
TEST(Labelling, AShortStretchIsNotWorthItsBorders) {
  Labelling chain{{{0, 5}, {3, 0}, {0, 5}}, {}};
  EXPECT_EQ(cheapest_labels(chain), (std::vector<bool>{false, true, false}));
  for (const auto& [maker, reader] : {std::pair{0, 1}, {1, 2}})
    for (const bool label : {false, true}) chain.penalties.push_back({maker, label, {reader}, 2});
  EXPECT_EQ(cheapest_labels(chain), (std::vector<bool>{false, false, false}));
}

TEST(Labelling, SeveralReadersPayOnce) {
  const std::vector<std::array<double, 2>> costs{{0, kNever}, {3, 0}, {3, 0}, {3, 0}};
  const Labelling once{costs, {{0, false, {1, 2, 3}, 8}}};
  EXPECT_EQ(cheapest_labels(once), (std::vector<bool>{false, true, true, true}));
  const Labelling each{costs, {{0, false, {1}, 8}, {0, false, {2}, 8}, {0, false, {3}, 8}}};
  EXPECT_EQ(cheapest_labels(each), (std::vector<bool>(4)));
}

TEST(Labelling, TiesAreTrue) {
  EXPECT_EQ(cheapest_labels({{{1, 1}, {0, 0}}, {}}), (std::vector<bool>{true, true}));
}

TEST(Labelling, LongChainsAreQuick) {
  Labelling chain;
  for (int i = 0; i < 500; ++i) {
    chain.costs.push_back({double(i % 7), double(i % 5)});
    if (i > 0) chain.penalties.push_back({i - 1, false, {i}, 0.5});
    if (i > 0) chain.penalties.push_back({i - 1, true, {i}, 0.5});
  }
  const auto labels = cheapest_labels(chain);
  EXPECT_LT(cost_of(chain, labels), cost_of(chain, std::vector<bool>(500)));
  EXPECT_LT(cost_of(chain, labels), cost_of(chain, std::vector<bool>(500, true)));
}

}  // namespace
}  // namespace dlis
