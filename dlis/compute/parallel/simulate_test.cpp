// Simulated phases: every tile once, bounds that hold for every schedule, times known by hand, and
// a real pool with slow cores.
#include "dlis/compute/parallel/simulate.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <numeric>
#include <thread>

#include "dlis/compute/parallel/slow_cores.h"
#include "dlis/compute/parallel/test_specs.h"

namespace dlis {
namespace {

SimulatedPhase equal_tiles(int tiles, double work, double bytes = 0) {
  return {std::vector<double>(std::size_t(tiles), work), bytes};
}

double seconds(const SimulatedCores& cores, const SimulatedPhase& phase, const char* schedule,
               int workers = 0) {
  return simulate(cores, phase, *parse_schedule(schedule), workers);
}

RC_GTEST_PROP(SchedulesSimulated, EveryTileOnceWithinItsBounds, ()) {
  SimulatedCores cores;
  for (int i = *rc::gen::inRange(1, 7); i > 0; --i)
    cores.speeds.push_back(*rc::gen::inRange(1, 9) / 4.0);
  if (*rc::gen::arbitrary<bool>()) cores.bytes_per_s = *rc::gen::inRange(1, 50);
  SimulatedPhase phase;
  for (int i = *rc::gen::inRange(2, 60); i > 0; --i)
    phase.work.push_back(*rc::gen::inRange(0, 9) / 8.0);
  phase.tile_bytes = *rc::gen::inRange(0, 5);
  const double work = std::accumulate(phase.work.begin(), phase.work.end(), 0.0);
  const double speed = std::accumulate(cores.speeds.begin(), cores.speeds.end(), 0.0);
  const double bytes = phase.tile_bytes * double(phase.work.size());
  for (const ScheduleSpec& spec : all_specs()) {
    std::vector<int> runs(phase.work.size(), 0);
    double last = 0;
    const double took = simulate(cores, phase, spec, 0, [&](const SimulatedRange& range) {
      RC_ASSERT(range.begin_s <= range.end_s);
      last = std::max(last, range.end_s);
      for (std::int64_t t = range.range.begin; t < range.range.end; ++t) ++runs[std::size_t(t)];
    });
    RC_ASSERT(std::ranges::all_of(runs, [](int n) { return n == 1; }));
    RC_ASSERT(took == last);
    RC_ASSERT(took >= 0.999999 * work / speed);
    if (cores.bytes_per_s > 0) RC_ASSERT(took >= 0.999999 * bytes / cores.bytes_per_s);
  }
}

TEST(SchedulesSimulated, TimesThatAreKnown) {
  const SimulatedCores half{{1, 0.5}};
  const SimulatedPhase phase = equal_tiles(300, 1);
  EXPECT_DOUBLE_EQ(seconds(half, phase, "static"), 300);
  EXPECT_DOUBLE_EQ(seconds(half, phase, "static", 1), 300);
  EXPECT_DOUBLE_EQ(seconds(half, phase, "weighted:speeds=1/0.5"), 200);
  EXPECT_DOUBLE_EQ(seconds(half, phase, "dynamic:chunk=1"), 200);
  EXPECT_NEAR(seconds(half, phase, "guided"), 200, 2);
  EXPECT_NEAR(seconds(half, phase, "stealing"), 200, 2);
  // The slow one holds a tile of the last chunk up.
  EXPECT_DOUBLE_EQ(seconds({{1, 0.25}}, equal_tiles(5, 1), "dynamic:chunk=1"), 4);
  EXPECT_DOUBLE_EQ(seconds({{1, 1}, 0, 0.25}, equal_tiles(4, 1), "static"), 2.25);
  EXPECT_DOUBLE_EQ(seconds({{1, 1}, 0, 0.25}, equal_tiles(1, 1), "static"), 1);
}

TEST(SchedulesSimulated, CoresShareTheMemory) {
  // Each tile works for a second and moves 3 bytes: one core wants 3 bytes a second of 4.
  const SimulatedPhase phase = equal_tiles(8, 1, 3);
  EXPECT_DOUBLE_EQ(seconds({{1, 1}, 4}, phase, "static", 1), 8);
  EXPECT_DOUBLE_EQ(seconds({{1, 1}, 4}, phase, "static"), 6);
  EXPECT_DOUBLE_EQ(seconds({{1, 1}, 100}, phase, "static"), 4);
  EXPECT_DOUBLE_EQ(seconds({{1}, 1}, phase, "static"), 24);
  // A core of a third of the speed wants 1 byte a second, gets it, and leaves 3 to the other.
  EXPECT_DOUBLE_EQ(seconds({{1, 1.0 / 3}, 4}, equal_tiles(4, 1, 3), "weighted:speeds=3/1"), 3);
}

// Times in seconds: a thread sleeps after 0.5, and needs 0.25 to wake up.
TEST(SchedulesSimulated, ThreadsThatWaitForLongFallAsleep) {
  const SimulatedCores cores{{1, 1}, 0, 0, 0.5, 0.25};
  const ScheduleSpec fixed = *parse_schedule("static"), free = *parse_schedule("dynamic");
  SimulatedPool pool(cores);
  EXPECT_DOUBLE_EQ(pool.run(equal_tiles(4, 1), fixed), 2);
  EXPECT_DOUBLE_EQ(pool.run(equal_tiles(4, 1), fixed), 2);         // nobody waited
  EXPECT_DOUBLE_EQ(pool.run({{1, 2}, 0}, fixed), 2.25);            // the caller slept
  EXPECT_DOUBLE_EQ(pool.run(equal_tiles(3, 1), fixed, 1), 3);      // now the other does
  EXPECT_DOUBLE_EQ(pool.run(equal_tiles(2, 1), fixed), 1.25);      // and begins late
  EXPECT_DOUBLE_EQ(pool.run(equal_tiles(1, 3), fixed), 3);         // one tile: it sleeps again
  EXPECT_DOUBLE_EQ(pool.run(equal_tiles(10, 0.125), free), 0.75);  // the caller takes more
  pool.run(equal_tiles(1, 3), fixed);
  // Its share is run by the caller, who is done before it is awake.
  EXPECT_DOUBLE_EQ(pool.run(equal_tiles(2, 0.0625), fixed), 0.125);
}

// Tiles that sleep, on a thread that is slowed down to half. The least disturbed of some runs.
TEST(PoolSimulated, SlowCoresTakeWhatIsPredicted) {
  if (threads_of(2, host_topology().quota_cpus) < 2) GTEST_SKIP() << "the quota lasts for one";
  const SlowCores slow({1, 2});
  Pool pool(2);
  const int tiles = 24;
  constexpr std::chrono::milliseconds kTile{4};  // far longer than waking up takes
  for (const ScheduleSpec& spec :
       {*parse_schedule("static"), *parse_schedule("dynamic:chunk=1"), *parse_schedule("guided"),
        *parse_schedule("weighted:speeds=1/0.5"), *parse_schedule("stealing")}) {
    double least_error = 1;
    for (int attempt = 0; attempt < 20 && least_error > 0.1; ++attempt) {
      std::vector<double> slept(2, 0);  // by share, which its own thread runs
      const std::int64_t begin = now_ns();
      pool.run(tiles, spec, [&](Range range, Worker worker) {
        const std::int64_t start = now_ns();
        std::this_thread::sleep_for(kTile * (range.end - range.begin));
        slept[std::size_t(worker.index)] += double(now_ns() - start);
      });
      const double took = 1e-9 * double(now_ns() - begin);
      const double tile = 1e-9 * (slept[0] + slept[1]) / tiles;
      const double predicted = simulate({{1, 0.5}}, equal_tiles(tiles, tile), spec);
      least_error = std::min(least_error, std::abs(predicted / took - 1));
    }
    EXPECT_LT(least_error, 0.1) << text_of(spec);
  }
}

}  // namespace
}  // namespace dlis
