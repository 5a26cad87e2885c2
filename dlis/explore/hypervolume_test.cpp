// The hypervolume against counting, and a Gaussian process against what it was told.
#include "dlis/explore/hypervolume.h"

#include <gmock/gmock.h>

#include "dlis/base/rng.h"
#include "dlis/explore/guess.h"

namespace dlis {
namespace {

// The share of a lattice's cells that some point covers.
double counted(const std::vector<Point3>& points, int cells) {
  int covered = 0;
  for (int x = 0; x < cells; ++x)
    for (int y = 0; y < cells; ++y)
      for (int z = 0; z < cells; ++z) {
        const Point3 at{(x + 0.5) / cells, (y + 0.5) / cells, (z + 0.5) / cells};
        bool in = false;
        for (const Point3& p : points) in |= p[0] < at[0] && p[1] < at[1] && p[2] < at[2];
        covered += in;
      }
  return double(covered) / (cells * cells * cells);
}

TEST(Hypervolume, OfKnownBoxes) {
  EXPECT_EQ(hypervolume({}), 0);
  const Point3 half{0.5, 0.5, 0.5}, slab{0, 0, 0.75};
  EXPECT_DOUBLE_EQ(hypervolume(std::vector{half}), 0.125);
  EXPECT_DOUBLE_EQ(hypervolume(std::vector{half, half}), 0.125);
  EXPECT_DOUBLE_EQ(hypervolume(std::vector{half, slab}), 0.125 + 0.25 - 0.0625);
  EXPECT_DOUBLE_EQ(hypervolume(std::vector{Point3{-3, -1, 0}}), 1);
  EXPECT_DOUBLE_EQ(hypervolume(std::vector{Point3{0, 0, 1}, Point3{2, 0, 0}}), 0);
}

TEST(Hypervolume, IsWhatCountingGivesAndThatOfTheFront) {
  Rng rng(5);
  for (int round = 0; round < 30; ++round) {
    std::vector<Point3> points(1 + std::size_t(rng.below(12)));
    for (Point3& p : points)
      for (double& x : p) x = double(rng.below(21)) / 20;  // on the lattice: counting is exact
    EXPECT_NEAR(hypervolume(points), counted(points, 20), 1e-9);
    const auto front = front_of(points);
    EXPECT_NEAR(hypervolume(front), hypervolume(points), 1e-12);
    EXPECT_EQ(front_of(front), front);
  }
}

TEST(Guesses, MeetWhatIsKnownAndAreUnsureElsewhere) {
  const std::vector<AxisValues> known{{"a", "x"}, {"a", "y"}, {"b", "x"}};
  const std::vector<double> values{1, 2, 11};
  const GuessSettings settings{{0.8, 0.5}, 1e-6, 0.1};
  const std::vector<AxisValues> asked{{"a", "y"}, {"b", "y"}, {"c", "z"}};
  const auto found = guesses(known, values, asked, settings);
  EXPECT_NEAR(found[0].mean, 2, 1e-3);
  EXPECT_NEAR(found[0].sigma, 0, 0.1);
  EXPECT_GT(found[1].mean, 4) << "what y gained with a is believed of b in part";
  EXPECT_GT(found[1].sigma, found[0].sigma);
  EXPECT_GT(found[2].sigma, found[1].sigma);
  const auto nothing = guesses({}, {}, asked, settings);
  EXPECT_EQ(nothing[0].mean, 0);
  EXPECT_EQ(nothing[0].sigma, 0.1);
}

}  // namespace
}  // namespace dlis
