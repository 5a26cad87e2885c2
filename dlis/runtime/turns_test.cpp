// Tests which rounds count, and that candidates are told apart.
#include "dlis/runtime/turns.h"

#include <gmock/gmock.h>

#include "dlis/base/clock.h"

namespace dlis {
namespace {

Round round_of(std::vector<double> ms, double before, double after) {
  return {std::move(ms), {.gflops = before, .gbytes = 10}, {.gflops = after, .gbytes = 20}};
}

TEST(Turns, ASlowRoundIsDroppedAndCounted) {
  const Turns turns = sorted_out({round_of({2, 1}, 100, 95), round_of({9, 1}, 95, 80),
                                  round_of({3, 1}, 92, 100), round_of({4, 2}, 91, 90)});
  EXPECT_EQ(turns.kept, 3);
  EXPECT_THAT(turns.times(0), testing::ElementsAre(2, 3, 4));
  const Estimate ratio = turns.ratio(0, 1);
  EXPECT_EQ(ratio.value, 2);
  EXPECT_EQ(ratio.low, 2);
  EXPECT_EQ(ratio.high, 3);
  EXPECT_EQ(turns.rounds[0].ceiling().gbytes, 20);
}

TEST(Turns, WhereNoneIsSteadyAllAreShown) {
  const Turns turns = sorted_out({round_of({2}, 100, 50), round_of({4}, 50, 100)});
  EXPECT_EQ(turns.kept, 0);
  EXPECT_THAT(turns.times(0), testing::ElementsAre(2, 4));
}

TEST(Turns, EveryRoundMeasuresEveryCandidate) {
  std::vector<int> runs(2);
  const auto wait = [](double ms) {
    for (const double end = now_ms() + ms; now_ms() < end;) continue;
  };
  const std::vector<std::function<void()>> candidates{[&] { ++runs[0], wait(0.2); },
                                                      [&] { ++runs[1], wait(2); }};
  const Turns turns = measure_in_turns(candidates, 1, 3, 0.005);
  ASSERT_EQ(turns.rounds.size(), 3u);
  EXPECT_GE(runs[0], 6);
  EXPECT_GE(runs[1], 6);
  EXPECT_GT(turns.ratio(1, 0).value, 2);
  for (const Round& round : turns.rounds) {
    EXPECT_GT(round.gflops(), 0);
    EXPECT_GT(round.ceiling().int8_gops, 0);
    EXPECT_GT(round.ceiling().bf16_gflops, 0);
    EXPECT_GT(round.ceiling().gbytes, 0);
  }
}

}  // namespace
}  // namespace dlis
