// Every tile exactly once, whatever the schedule, the workers and the haste.
#include "dlis/compute/parallel/pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <numeric>
#include <set>
#include <thread>
#include <vector>

#include "dlis/compute/parallel/slow_cores.h"
#include "dlis/compute/parallel/test_specs.h"

namespace dlis {
namespace {

// Plain counters: a tile that two workers run is a race that TSan sees as well.
void expect_each_once(Pool& pool, const ScheduleSpec& spec, std::int64_t tiles, int workers = 0) {
  std::vector<int> runs(std::size_t(tiles), 0);
  pool.run(
      tiles, spec,
      [&](Range range, Worker worker) {
        EXPECT_LT(worker.index, worker.count);
        EXPECT_EQ(worker.count, workers ? workers : pool.workers());
        EXPECT_LT(range.begin, range.end);
        for (std::int64_t tile = range.begin; tile < range.end; ++tile) ++runs[std::size_t(tile)];
      },
      workers);
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

RC_GTEST_PROP(Pool, AnyTilesAnyWorkersAnySchedule, ()) {
  const int workers = *rc::gen::inRange(1, 9);
  Pool pool(workers);
  for (int phase = 0; phase < 20; ++phase) {
    const auto tiles = *rc::gen::inRange<std::int64_t>(0, 3000);
    const auto specs = all_specs();
    ScheduleSpec spec = *rc::gen::elementOf(specs);
    if (spec.row->has_chunk) spec.chunk = *rc::gen::inRange<std::int64_t>(1, 70);
    if (spec.row->has_speeds)
      for (double& speed : spec.speeds) speed += *rc::gen::inRange(0, 9);
    expect_each_once(pool, spec, tiles, *rc::gen::inRange(1, workers + 1));
  }
  RC_ASSERT(!testing::Test::HasFailure());
}

// From one phase to the next more or fewer take part, and only those that are asked.
TEST(Pool, OnlyTheFirstWorkersTakePart) {
  Pool pool(4);
  for (int i = 0; i < 2000; ++i) {
    const int workers = 1 + i * 7 % 4;
    std::vector<std::thread::id> ran(23);
    pool.run(
        23, all_specs()[std::size_t(i) % all_specs().size()],
        [&](Range range, Worker worker) {
          EXPECT_LT(worker.index, workers);
          for (std::int64_t t = range.begin; t < range.end; ++t)
            ran[std::size_t(t)] = std::this_thread::get_id();
        },
        workers);
    EXPECT_LE(int(std::set<std::thread::id>(ran.begin(), ran.end()).size()), workers);
    EXPECT_EQ(std::ranges::count(ran, std::thread::id()), 0);
  }
}

TEST(Pool, AWatchIsToldOfEveryRange) {
  Pool pool(3);
  for (const ScheduleSpec& spec : all_specs()) {
    std::vector<std::vector<RangeRun>> seen(3);  // by thread
    const PoolWatch watch{[](void* to, const RangeRun& run) {
                            auto& threads = *static_cast<std::vector<std::vector<RangeRun>>*>(to);
                            threads[std::size_t(run.thread)].push_back(run);
                          },
                          &seen};
    pool.watch(&watch);
    const std::int64_t begin = now_ns();
    for (std::int64_t tiles : {40, 0, 1, 7})
      pool.run(
          tiles, spec, [](Range, Worker) {}, 2);
    pool.watch(nullptr);
    pool.run(5, spec, [](Range, Worker) {});
    std::vector<std::vector<int>> runs{
        std::vector<int>(40), {}, std::vector<int>(1), std::vector<int>(7)};
    for (const auto& thread : seen)
      for (const RangeRun& run : thread) {
        EXPECT_LT(run.worker, 2);
        EXPECT_LE(begin, run.begin_ns);
        EXPECT_LE(run.begin_ns, run.end_ns);
        for (std::int64_t t = run.range.begin; t < run.range.end; ++t)
          ++runs[std::size_t(run.run)][std::size_t(t)];
      }
    EXPECT_TRUE(seen[2].empty());
    for (const auto& run : runs) EXPECT_THAT(run, testing::Each(1)) << text_of(spec);
  }
}

TEST(Pool, ASlowCoreTakesLongerByItsFactor) {
  const SlowCores slow({2, 3});
  Pool pool(2);
  std::vector<std::vector<std::int64_t>> alone(2), taken(2);  // by thread, its ranges in order
  const PoolWatch watch{[](void* to, const RangeRun& run) {
                          auto& threads = *static_cast<std::vector<std::vector<std::int64_t>>*>(to);
                          threads[std::size_t(run.thread)].push_back(run.end_ns - run.begin_ns);
                        },
                        &taken};
  pool.watch(&watch);
  const auto caller = std::this_thread::get_id();
  pool.run(20, ScheduleSpec{schedules()[1]}, [&](Range, Worker) {
    const std::int64_t begin = now_ns();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    alone[std::this_thread::get_id() != caller].push_back(now_ns() - begin);
  });
  for (std::size_t i = 0; i < taken[0].size(); ++i) EXPECT_GE(taken[0][i], 2 * alone[0][i]);
  for (std::size_t i = 0; i < taken[1].size(); ++i) EXPECT_GE(taken[1][i], 3 * alone[1][i]);
}

TEST(Pool, WorkersGoToTheFastestCores) {
  const auto board = read_topology(DLIS_SOURCE_DIR "/boards/odroid-xu4");
  ASSERT_TRUE(board);
  EXPECT_THAT(cpus_by_speed(*board, {0, 1, 2, 3, 4, 5, 6, 7}),
              testing::ElementsAre(4, 5, 6, 7, 0, 1, 2, 3));
  EXPECT_THAT(cpus_by_speed(*board, {2, 5}), testing::ElementsAre(5, 2));
  EXPECT_TRUE(cpus_by_speed(*board, {}).empty());
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
  for (const Schedule* row : schedules()) {
    const ScheduleSpec spec{row};
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

// As os.fork() of Python does beside a plan that is at hand.
TEST(Pool, EndsInAForkedProcess) {
  auto pool = std::make_unique<Pool>(3);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));  // the others have gone to sleep
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);
    pool.reset();
    ::_exit(0);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
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

}  // namespace
}  // namespace dlis
