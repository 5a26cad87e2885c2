// Every tile exactly once, whatever the schedule, the workers and the haste.
#include "dlis/compute/parallel/pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <numeric>
#include <thread>
#include <vector>

#include "dlis/hardware/topology.h"

namespace dlis {
namespace {

std::vector<ScheduleSpec> all_specs() {
  std::vector<ScheduleSpec> specs;
  for (const Schedule* row : schedules()) {
    specs.push_back({row});
    if (row->has_chunk) specs.push_back({row, 3}), specs.push_back({row, 1000});
  }
  return specs;
}

// Plain counters: a tile that two workers run is a race that TSan sees as well.
void expect_each_once(Pool& pool, const ScheduleSpec& spec, std::int64_t tiles) {
  std::vector<int> runs(std::size_t(tiles), 0);
  pool.run(tiles, spec, [&](Range range, Worker worker) {
    EXPECT_LT(worker.index, worker.count);
    EXPECT_LT(range.begin, range.end);
    for (std::int64_t tile = range.begin; tile < range.end; ++tile) ++runs[std::size_t(tile)];
  });
  EXPECT_THAT(runs, testing::Each(1)) << text_of(spec) << " tiles " << tiles;
}

TEST(Pool, EveryTileExactlyOnce) {
  for (int workers : {1, 2, 3, 4, 7}) {
    Pool pool(workers);
    ASSERT_EQ(pool.workers(), workers);
    for (const ScheduleSpec& spec : all_specs())
      for (std::int64_t tiles : {0, 1, 2, 3, 5, 7, 8, 64, 1001})
        expect_each_once(pool, spec, tiles);
  }
}

TEST(Pool, ManyFastPhasesEachSeeTheLast) {
  for (int workers : {2, 3}) {
    Pool pool(workers);
    for (const ScheduleSpec& spec : all_specs()) {
      std::vector<std::int64_t> values(16, 0);
      const int phases = 3000;
      for (int i = 0; i < phases; ++i)
        pool.run(16, spec,
                 [&](Range range, Worker) {  // each tile moves its neighbour's old value on
                   for (std::int64_t t = range.begin; t < range.end; ++t)
                     values[std::size_t(t)] += t;
                 });
      for (std::int64_t t = 0; t < 16; ++t) EXPECT_EQ(values[std::size_t(t)], t * phases);
    }
  }
}

// Scratch is kept apart by worker index: one index is never active twice at the same time.
TEST(Pool, AWorkerIndexRunsOnceAtATime) {
  Pool pool(4);
  std::vector<int> scratch(4 * 64, 0);
  for (const ScheduleSpec& spec : all_specs())
    for (int i = 0; i < 500; ++i)
      pool.run(32, spec, [&](Range range, Worker w) {
        for (std::int64_t t = range.begin; t < range.end; ++t) ++scratch[std::size_t(w.index * 64)];
      });
  const auto total = std::accumulate(scratch.begin(), scratch.end(), std::int64_t{0});
  EXPECT_EQ(total, std::int64_t(all_specs().size()) * 500 * 32);
}

TEST(Pool, WakesWorkersThatHaveGoneToSleep) {
  Pool pool(3);
  for (int i = 0; i < 20; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(i % 4));
    expect_each_once(pool, all_specs()[std::size_t(i) % all_specs().size()], 17);
  }
}

// A share whose thread is busy elsewhere is run by the caller; a slow tile is waited for.
TEST(Pool, WaitsForTheLastTile) {
  Pool pool(2);
  for (const ScheduleSpec& spec : all_specs()) {
    std::vector<int> done(8, 0);
    pool.run(8, spec, [&](Range range, Worker) {
      for (std::int64_t t = range.begin; t < range.end; ++t) {
        if (t == 7) std::this_thread::sleep_for(std::chrono::milliseconds(3));
        done[std::size_t(t)] = 1;
      }
    });
    EXPECT_THAT(done, testing::Each(1));
  }
}

// Two tiles that each wait for the other to begin end only if two threads run them.
TEST(Pool, WorkersRunAtTheSameTime) {
  if (threads_of(2, host_topology().quota_cpus) < 2) GTEST_SKIP() << "the quota lasts for one";
  Pool pool(2);
  for (const ScheduleSpec& spec : {ScheduleSpec{schedules()[0]}, ScheduleSpec{schedules()[1]}}) {
    std::atomic<int> begun{0};
    pool.run(2, spec, [&](Range range, Worker) {
      EXPECT_EQ(range.end - range.begin, 1);
      begun.fetch_add(1);
      while (begun.load() < 2) std::this_thread::yield();
    });
    EXPECT_EQ(begun.load(), 2);
  }
}

TEST(Pool, SeveralPoolsAtOnce) {
  std::vector<std::thread> callers;
  for (int c = 0; c < 3; ++c)
    callers.emplace_back([] {
      Pool pool(3);
      for (int i = 0; i < 100; ++i)
        for (const ScheduleSpec& spec : all_specs()) expect_each_once(pool, spec, 50);
    });
  for (std::thread& caller : callers) caller.join();
}

TEST(Pool, EndsWhileIdle) {
  const auto specs = all_specs();
  for (int i = 0; i < 100; ++i) {
    Pool pool(1 + i % 5);
    if (i % 2) expect_each_once(pool, specs[std::size_t(i) % specs.size()], 9);
    if (i % 10 == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));  // asleep by now
  }
}

TEST(Pool, OneRunFromAnotherThread) {
  Pool pool(3);
  expect_each_once(pool, all_specs()[0], 40);
  std::thread([&] { expect_each_once(pool, all_specs()[1], 40); }).join();
  expect_each_once(pool, all_specs()[0], 40);
}

// With a busy thread on every processor a phase may cost time slices, not seconds.
TEST(Pool, DoesNotCollapseBesideBusyThreads) {
  std::atomic<bool> stop{false};
  std::vector<std::thread> busy;
  for (unsigned i = 0; i < std::max(1u, std::thread::hardware_concurrency()); ++i)
    busy.emplace_back([&] {
      while (!stop.load()) {
      }
    });
  Pool pool(2);
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 200; ++i) expect_each_once(pool, all_specs()[0], 20);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  stop.store(true);
  for (std::thread& thread : busy) thread.join();
  EXPECT_LT(seconds.count(), 10);
}

TEST(Pool, AQuotaLimitsTheThreads) {
  EXPECT_EQ(threads_of(4, 0), 4);
  EXPECT_EQ(threads_of(4, 8), 4);
  EXPECT_EQ(threads_of(4, 4), 4);
  EXPECT_EQ(threads_of(4, 1.5), 2);
  EXPECT_EQ(threads_of(4, 0.2), 1);
}

// A worker that waits spins at most as long as stated: then it takes no time of the processor.
TEST(Pool, IdleWorkersBlock) {
  const auto used_ms = [] {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return 1e3 * double(time.tv_sec) + 1e-6 * double(time.tv_nsec);
  };
  Pool pool(4);
  expect_each_once(pool, all_specs()[0], 40);
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const double before = used_ms();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_LT(used_ms() - before, 2);
}

TEST(Schedule, TextRoundTrip) {
  for (const ScheduleSpec& spec : all_specs()) {
    const auto parsed = parse_schedule(text_of(spec));
    ASSERT_TRUE(parsed) << text_of(spec);
    EXPECT_EQ(parsed->row, spec.row);
    EXPECT_EQ(parsed->chunk, spec.chunk);
  }
  EXPECT_EQ(parse_schedule("dynamic")->chunk, 1);
  EXPECT_EQ(parse_schedule("dynamic:chunk=4")->chunk, 4);
}

TEST(Schedule, ErrorsSayWhatToDo) {
  EXPECT_THAT(parse_schedule("dinamic").error().message(), testing::HasSubstr("dynamic"));
  EXPECT_THAT(parse_schedule("").error().message(), testing::HasSubstr("static"));
  EXPECT_THAT(parse_schedule("static:chunk=4").error().message(), testing::HasSubstr("takes none"));
  EXPECT_THAT(parse_schedule("dynamic:size=4").error().message(), testing::HasSubstr("chunk=N"));
  for (const char* bad :
       {"dynamic:chunk=0", "dynamic:chunk=-3", "dynamic:chunk=x",
        "dynamic:chunk=", "dynamic:", "dynamic:chunk=99999999999999999999", "dynamic:chunk=4:"})
    EXPECT_FALSE(parse_schedule(bad)) << bad;
}

}  // namespace
}  // namespace dlis
