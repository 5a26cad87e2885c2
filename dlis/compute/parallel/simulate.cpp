// The event loop, and how cores share the memory's rate.
#include "dlis/compute/parallel/simulate.h"

#include <algorithm>
#include <numeric>

namespace dlis {
namespace {

// A thread with what it is busy with: a range, or waking up where it has no share yet.
struct Running {
  bool busy = false;
  int share = -1;
  SimulatedRange now;
  double left_s = 0;       // were it alone with the memory
  double bytes_per_s = 0;  // that it wants then
  double done_s = 0;       // since when it has nothing to do
};

class Simulation {
 public:
  Simulation(const SimulatedCores& cores, const SimulatedPhase& phase, const ScheduleSpec& spec,
             int workers, const SimulatedPool::See& see)
      : cores_(cores),
        phase_(phase),
        take_(spec.row->take),
        see_(see),
        slots_(std::size_t(workers)),
        turns_(std::size_t(workers), -1),
        threads_(std::size_t(workers)) {
    state_.slots = slots_;
    begin_phase(state_, spec, std::int64_t(phase.work.size()), workers);
  }

  // `late_s`: when each thread is awake. Gives the end of the last range.
  double run(const std::vector<double>& late_s) {
    for (std::size_t thread = 0; thread < threads_.size(); ++thread) {
      threads_[thread].busy = late_s[thread] > 0;
      threads_[thread].left_s = threads_[thread].done_s = late_s[thread];
      if (!threads_[thread].busy) next(thread);
    }
    return finish();
  }

  double run_alone() {
    start(0, {0, std::int64_t(phase_.work.size())});
    alone_ = true;
    return finish();
  }

  double done_s(std::size_t thread) const { return threads_[thread].done_s; }

 private:
  // Threads that wake up later find nothing to do.
  double finish() {
    double end = 0;
    while (std::ranges::any_of(threads_, [](const Running& t) { return t.busy && t.share >= 0; }) ||
           std::ranges::count(turns_, -1) > (alone_ ? int(turns_.size()) : 0))
      advance(), end = time_;
    return end;
  }

  void start(std::size_t thread, Range range) {
    Running& t = threads_[thread];
    const double work =
        std::accumulate(phase_.work.begin() + range.begin, phase_.work.begin() + range.end, 0.0);
    const double bytes = phase_.tile_bytes * double(range.end - range.begin);
    t.share = std::max(t.share, 0);
    t.left_s = work / cores_.speeds[thread];
    if (cores_.bytes_per_s > 0) t.left_s = std::max(t.left_s, bytes / cores_.bytes_per_s);
    t.bytes_per_s = t.left_s > 0 ? bytes / t.left_s : 0;
    t.now = {t.share, range, time_, 0};
    t.busy = true;
  }

  // The next range of its share; else a share that nobody has begun, its own first.
  void next(std::size_t thread) {
    Running& t = threads_[thread];
    Range range;
    for (;;) {
      if (t.share >= 0 && take_(state_, t.share, turns_[std::size_t(t.share)]++, range))
        return start(thread, range);
      t.share = -1;
      for (std::size_t i = 0; i < turns_.size() && t.share < 0; ++i)
        if (const std::size_t share = (thread + i) % turns_.size(); turns_[share] < 0)
          t.share = int(share), turns_[share] = 0;
      if (t.share < 0) break;
    }
    t.done_s = time_;
  }

  // The bytes a second that each gets who wants more: what those leave that want less, in equal
  // parts.
  double fair_share() const {
    std::vector<double> wants;
    for (const Running& t : threads_)
      if (t.busy) wants.push_back(t.bytes_per_s);
    std::ranges::sort(wants);
    double rest = cores_.bytes_per_s;
    for (std::size_t i = 0; i < wants.size(); ++i) {
      const double share = rest / double(wants.size() - i);
      if (wants[i] > share) return share;
      rest -= wants[i];
    }
    return wants.empty() ? 0 : wants.back();
  }

  // To the next event.
  void advance() {
    const double share = cores_.bytes_per_s > 0 ? fair_share() : 0;
    const auto pace = [&](const Running& t) {
      return share > 0 && t.bytes_per_s > share ? share / t.bytes_per_s : 1;
    };
    const Running* first = nullptr;
    double step = 0;
    for (const Running& t : threads_)
      if (t.busy && (!first || t.left_s / pace(t) < step)) first = &t, step = t.left_s / pace(t);
    time_ += step;
    for (Running& t : threads_)
      if (t.busy) t.left_s = &t == first ? 0 : std::max(0.0, t.left_s - step * pace(t));
    for (std::size_t thread = 0; thread < threads_.size(); ++thread) {
      Running& t = threads_[thread];
      if (!t.busy || t.left_s > 0) continue;
      t.busy = false;
      t.now.end_s = time_;
      if (see_ && t.share >= 0) see_(t.now);
      if (!alone_) next(thread);
    }
  }

  const SimulatedCores& cores_;
  const SimulatedPhase& phase_;
  bool (*const take_)(ScheduleState&, int, int, Range&);
  const SimulatedPool::See& see_;
  std::vector<ScheduleSlot> slots_;
  std::vector<int> turns_;  // of each share; -1: nobody has begun it
  std::vector<Running> threads_;
  ScheduleState state_;
  double time_ = 0;
  bool alone_ = false;
};

}  // namespace

SimulatedPool::SimulatedPool(SimulatedCores cores)
    : cores_(std::move(cores)), idle_s_(cores_.speeds.size(), 0) {}

double SimulatedPool::run(const SimulatedPhase& phase, const ScheduleSpec& spec, int workers,
                          const See& see) {
  const int all = int(cores_.speeds.size());
  if (workers <= 0 || workers > all) workers = all;
  if (phase.work.empty()) return 0;
  const bool alone = workers == 1 || phase.work.size() == 1;
  Simulation simulation(cores_, phase, spec, alone ? 1 : workers, see);
  double took = 0;
  if (alone) {
    took = simulation.run_alone();
    for (std::size_t i = 1; i < idle_s_.size(); ++i) idle_s_[i] += took;
    return took;
  }
  std::vector<double> late(std::size_t(workers), 0.0);
  for (std::size_t i = 1; i < late.size(); ++i)
    if (idle_s_[i] > cores_.spin_s) late[i] = cores_.wake_s;
  took = simulation.run(late);
  if (took - simulation.done_s(0) > cores_.spin_s) took += cores_.wake_s;
  for (std::size_t i = 1; i < idle_s_.size(); ++i)
    idle_s_[i] = i < late.size() ? took - simulation.done_s(i) : idle_s_[i] + took;
  return took + cores_.phase_s;
}

double simulate(const SimulatedCores& cores, const SimulatedPhase& phase, const ScheduleSpec& spec,
                int workers, const SimulatedPool::See& see) {
  return SimulatedPool(cores).run(phase, spec, workers, see);
}

}  // namespace dlis
