// The event loop, and how cores share the memory's rate.
#include "dlis/compute/parallel/simulate.h"

#include <algorithm>
#include <numeric>

namespace dlis {
namespace {

// A worker with the range that it runs.
struct Running {
  bool busy = false;
  SimulatedRange now;
  double left_s = 0;       // of the range, were it alone with the memory
  double bytes_per_s = 0;  // that it wants then
  int turns = 0;
};

class Simulation {
 public:
  Simulation(const SimulatedCores& cores, const SimulatedPhase& phase, const ScheduleSpec& spec,
             int workers, const std::function<void(const SimulatedRange&)>& see)
      : cores_(cores),
        phase_(phase),
        take_(spec.row->take),
        see_(see),
        slots_(std::size_t(workers)),
        workers_(std::size_t(workers)) {
    state_.slots = slots_;
    begin_phase(state_, spec, std::int64_t(phase.work.size()), workers);
  }

  double run() {
    for (std::size_t worker = 0; worker < workers_.size(); ++worker) next(worker);
    while (std::ranges::any_of(workers_, &Running::busy)) advance();
    return time_;
  }

  double run_alone() {
    start(0, {0, std::int64_t(phase_.work.size())});
    while (workers_[0].busy) advance();
    return time_;
  }

 private:
  void start(std::size_t worker, Range range) {
    Running& w = workers_[worker];
    const double work =
        std::accumulate(phase_.work.begin() + range.begin, phase_.work.begin() + range.end, 0.0);
    const double bytes = phase_.tile_bytes * double(range.end - range.begin);
    w.left_s = work / cores_.speeds[worker];
    if (cores_.bytes_per_s > 0) w.left_s = std::max(w.left_s, bytes / cores_.bytes_per_s);
    w.bytes_per_s = w.left_s > 0 ? bytes / w.left_s : 0;
    w.now = {int(worker), range, time_, 0};
    w.busy = true;
  }

  void next(std::size_t worker) {
    Range range;
    if (take_(state_, int(worker), workers_[worker].turns++, range)) start(worker, range);
  }

  // The bytes a second that each gets who wants more: what those leave that want less, in equal
  // parts.
  double fair_share() const {
    std::vector<double> wants;
    for (const Running& w : workers_)
      if (w.busy) wants.push_back(w.bytes_per_s);
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
    const auto pace = [&](const Running& w) {
      return share > 0 && w.bytes_per_s > share ? share / w.bytes_per_s : 1;
    };
    const Running* first = nullptr;
    double step = 0;
    for (const Running& w : workers_)
      if (w.busy && (!first || w.left_s / pace(w) < step)) first = &w, step = w.left_s / pace(w);
    time_ += step;
    for (Running& w : workers_)
      if (w.busy) w.left_s = &w == first ? 0 : std::max(0.0, w.left_s - step * pace(w));
    for (std::size_t worker = 0; worker < workers_.size(); ++worker) {
      Running& w = workers_[worker];
      if (!w.busy || w.left_s > 0) continue;
      w.busy = false;
      w.now.end_s = time_;
      if (see_) see_(w.now);
      if (workers_.size() > 1) next(worker);
    }
  }

  const SimulatedCores& cores_;
  const SimulatedPhase& phase_;
  bool (*const take_)(ScheduleState&, int, int, Range&);
  const std::function<void(const SimulatedRange&)>& see_;
  std::vector<ScheduleSlot> slots_;
  std::vector<Running> workers_;
  ScheduleState state_;
  double time_ = 0;
};

}  // namespace

double simulate(const SimulatedCores& cores, const SimulatedPhase& phase, const ScheduleSpec& spec,
                int workers, const std::function<void(const SimulatedRange&)>& see) {
  const int all = int(cores.speeds.size());
  if (workers <= 0 || workers > all) workers = all;
  if (phase.work.empty()) return 0;
  const bool alone = workers == 1 || phase.work.size() == 1;
  Simulation simulation(cores, phase, spec, alone ? 1 : workers, see);
  return alone ? simulation.run_alone() : simulation.run() + cores.phase_s;
}

}  // namespace dlis
