// What a phase costs when its tiles do nothing, hot and after the workers have gone to sleep.
#include <benchmark/benchmark.h>

#include <chrono>
#include <thread>

#include "dlis/compute/parallel/pool.h"

namespace {

// Arguments: row of schedules.inc, workers, tiles.
void BM_Phase(benchmark::State& state) {
  const dlis::ScheduleSpec spec{dlis::schedules()[std::size_t(state.range(0))]};
  dlis::Pool pool(int(state.range(1)));
  const std::int64_t tiles = state.range(2);
  std::atomic<std::int64_t> ran{0};
  pool.run(tiles, spec, [&](dlis::Range r, dlis::Worker) { ran += r.end - r.begin; });
  if (ran != tiles) return state.SkipWithError("lost a tile");
  for (auto _ : state)
    pool.run(tiles, spec, [](dlis::Range r, dlis::Worker) { benchmark::DoNotOptimize(r); });
  state.SetLabel(dlis::text_of(spec));
}
BENCHMARK(BM_Phase)
    ->ArgsProduct({benchmark::CreateDenseRange(0, int(dlis::schedules().size()) - 1, 1),
                   {1, 2, 4},
                   {2, 64}})
    ->UseRealTime();

// One tile of two microseconds a worker: what is above two microseconds is the price of the
// barrier.
void BM_PhaseWithWork(benchmark::State& state) {
  const dlis::ScheduleSpec spec{dlis::schedules()[std::size_t(state.range(0))]};
  dlis::Pool pool(int(state.range(1)));
  for (auto _ : state)
    pool.run(state.range(1), spec, [](dlis::Range r, dlis::Worker) {
      const auto end =
          std::chrono::steady_clock::now() + (r.end - r.begin) * std::chrono::nanoseconds(2000);
      while (std::chrono::steady_clock::now() < end) {
      }
    });
  state.SetLabel(dlis::text_of(spec));
}
BENCHMARK(BM_PhaseWithWork)
    ->ArgsProduct({benchmark::CreateDenseRange(0, int(dlis::schedules().size()) - 1, 1), {1, 2}})
    ->UseRealTime();

void BM_PhaseAfterSleep(benchmark::State& state) {
  dlis::Pool pool(int(state.range(0)));
  const dlis::ScheduleSpec spec{dlis::schedules()[0]};
  for (auto _ : state) {
    state.PauseTiming();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    state.ResumeTiming();
    pool.run(64, spec, [](dlis::Range r, dlis::Worker) { benchmark::DoNotOptimize(r); });
  }
}
BENCHMARK(BM_PhaseAfterSleep)->Arg(2)->Iterations(200)->UseRealTime();

}  // namespace
