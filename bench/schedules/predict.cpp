// Measures the work of every tile and lets it run in simulated time.
#include <algorithm>
#include <map>

#include "dlis/base/clock.h"
#include "schedules.h"

namespace dlis::schedules_bench {
namespace {

constexpr int kRuns = 9;

using Tiles = std::map<std::pair<int, int>, std::vector<std::vector<double>>>;  // samples, seconds

// The tiles of a range share its time.
void add(const std::vector<TileRun>& runs, Tiles& tiles) {
  for (const TileRun& run : runs) {
    auto& samples = tiles[{run.step, run.phase}];
    samples.resize(std::max(samples.size(), std::size_t(run.range.end)));
    const double each =
        1e-3 * (run.end_ms - run.begin_ms) / double(run.range.end - run.range.begin);
    for (std::int64_t t = run.range.begin; t < run.range.end; ++t)
      samples[std::size_t(t)].push_back(each);
  }
}

// What a phase of two empty tiles takes.
double phase_seconds(int workers) {
  Pool pool(workers);
  std::vector<double> samples;
  const ScheduleSpec spec = *parse_schedule("static");
  for (int i = 0; i < 200; ++i) {
    const double start = now_ms();
    for (int j = 0; j < 10; ++j) pool.run(workers, spec, [](Range, Worker) {});
    samples.push_back(1e-4 * (now_ms() - start));
  }
  return median(std::move(samples));
}

// From the beginning of a phase until a thread that sleeps runs its share, which nobody else does
// meanwhile.
double wake_seconds() {
  Pool pool(2);
  std::vector<double> samples;
  const ScheduleSpec spec = *parse_schedule("static");
  const auto spin_until = [](std::int64_t end_ns) {
    while (now_ns() < end_ns) {
    }
  };
  constexpr std::int64_t kLong = 1'000'000;
  for (int i = 0; i < 60; ++i) {
    spin_until(now_ns() + kLong);
    const std::int64_t start = now_ns();
    std::int64_t begun = 0;
    pool.run(2, spec, [&](Range range, Worker) {
      if (range.begin == 0)
        spin_until(start + kLong);
      else
        begun = now_ns();
    });
    samples.push_back(1e-9 * double(begun - start));
  }
  return median(std::move(samples));
}

}  // namespace

Result<double> predicted_ms(const PlanPointer& plan, const std::vector<double>& speeds) {
  Session session = DLIS_TRY(Session::open(plan));
  const auto inputs = random_inputs(plan->graph);
  Tiles tiles;
  DLIS_TRY(session.trace(inputs));
  for (int run = 0; run < kRuns; ++run) add(DLIS_TRY(session.trace(inputs)), tiles);
  SimulatedPool pool({speeds, 0, phase_seconds(plan->options.threads), 1e-6 * kPoolSpinMicroseconds,
                      wake_seconds()});
  double seconds = 0;
  for (auto& [place, samples] : tiles) {
    SimulatedPhase phase;
    for (auto& of_tile : samples) phase.work.push_back(median(std::move(of_tile)));
    const Step& step = plan->steps[std::size_t(place.first)];
    seconds += pool.run(phase, step.schedule, workers_of(step, plan->options));
  }
  return 1e3 * seconds;
}

}  // namespace dlis::schedules_bench
