// The pool: an epoch opens a phase, claims hand out shares, a count closes it.
#include "dlis/compute/parallel/pool.h"

#include <algorithm>
#include <cmath>
#include <system_error>
#include <thread>
#include <vector>

#include "dlis/base/check.h"
#include "dlis/base/clock.h"
#include "dlis/base/process.h"
#include "dlis/compute/parallel/gate.h"
#include "dlis/hardware/topology.h"
#ifdef DLIS_EMULATE_SLOW_CORES
#include "dlis/compute/parallel/slow_cores.h"
#endif

namespace dlis {
namespace {

constexpr Gate::Spin kSpin{kPoolSpinMicroseconds};

struct alignas(64) Share {
  std::atomic<std::uint64_t> epoch{0};  // of the last phase in which somebody took it
};

}  // namespace

struct Pool::State {
  explicit State(int workers) : shares(std::size_t(workers)), slots(std::size_t(workers)) {
    phase.slots = slots;
  }

  // A late thread sees an old epoch and fails here, so nobody has to wait for it: a share is taken
  // exactly once a phase, and what the phase is may be read only after taking one.
  bool claim(int share, std::uint64_t phase_epoch) {
    std::uint64_t before = phase_epoch - 1;
    auto& claimed = shares[std::size_t(share)].epoch;
    return claimed.load(std::memory_order_relaxed) == before &&
           claimed.compare_exchange_strong(before, phase_epoch);
  }

  void run_range(Range range, Worker worker, int thread) {
    if (!watched) return task(context, range, worker);
    RangeRun ran{runs, worker.index, thread, range, now_ns(), 0};
    task(context, range, worker);
    if (slowed) slowed->after(thread, now_ns() - ran.begin_ns);
    ran.end_ns = now_ns();
    if (watcher) watcher->ran(watcher->context, ran);
  }

  void work(int share, int thread) {
    Range range;
    const Worker worker{share, phase.workers, here_in_order()};
    for (int turn = 0; schedule->take(phase, share, turn, range); ++turn)
      run_range(range, worker, thread);
    if (unfinished.fetch_sub(1) == 1) done.open();
  }

  // Its own share first, then what nobody has begun.
  void take_shares(int thread, std::uint64_t phase_epoch) {
    const int count = int(shares.size());
    for (int i = 0; i < count; ++i) {
      const int share = (thread + i) % count;
      if (claim(share, phase_epoch)) work(share, thread);
    }
  }

  // A thread that is late may see how many take part in a later phase: then nothing of its own is
  // left to claim.
  void serve(int thread) {
    for (std::uint64_t seen = 0;;) {
      begun.wait(spin, [&] { return epoch.load() != seen; });
      seen = epoch.load();
      if (stop.load()) return;
      if (thread < taking_part.load()) take_shares(thread, seen);
    }
  }

  // Shares of workers that take no part count as taken.
  void leave_out_from(int workers, std::uint64_t phase_epoch) {
    for (std::size_t i = std::size_t(workers); i < shares.size(); ++i)
      shares[i].epoch.store(phase_epoch, std::memory_order_relaxed);
  }

  void start_threads(bool pin);

  std::vector<Share> shares;
  std::vector<ScheduleSlot> slots;
  std::vector<std::thread> threads;
  const int process = process_id();  // that they belong to
  Gate::Spin spin = kSpin;
  Gate begun, done;
  std::atomic<bool> stop{false};
  std::atomic<int> taking_part{0};
  const Slowdown* const slowed = slowdown();
  const PoolWatch* watcher = nullptr;
  bool watched = slowed != nullptr;
  std::int64_t runs = -1;
  const Schedule* schedule = nullptr;
  Task task = nullptr;
  void* context = nullptr;
  ScheduleState phase;
  alignas(64) std::atomic<std::uint64_t> epoch{0};
  alignas(64) std::atomic<int> unfinished{0};
};

// Where there are fewer threads than workers, those that there are run the shares of the others.
void Pool::State::start_threads(bool pin) {
  const std::vector<int> cpus = cpus_by_speed(host_topology(), allowed_cpus());
  pin = pin || slowed || host_topology().kinds.size() > 1;  // a slow thread is a slow core
  const int count = threads_of(int(shares.size()), host_topology().quota_cpus);
  if (!cpus.empty() && count > int(cpus.size())) spin = Gate::Spin{0};
  try {
    for (int share = 1; share < count; ++share)
      threads.emplace_back([this, share, pin, cpus] {
        if (pin && !cpus.empty()) pin_this_thread(cpus[std::size_t(share) % cpus.size()]);
        serve(share);
      });
  } catch (const std::system_error&) {
  }
}

namespace {
std::atomic<const Slowdown*> the_slowdown{nullptr};
}

void set_slowdown(const Slowdown* slowdown) { the_slowdown.store(slowdown); }
const Slowdown* slowdown() {
#ifdef DLIS_EMULATE_SLOW_CORES
  static const SlowCores of_environment(slow_cores_of_environment());
#endif
  return the_slowdown.load();
}

std::vector<int> cpus_by_speed(const Topology& machine, const std::vector<int>& allowed) {
  const auto kind_of = [&](int cpu) {
    const auto it = std::ranges::find(machine.cores, cpu, &Core::cpu);
    return it == machine.cores.end() ? int(machine.kinds.size()) : it->kind;
  };
  std::vector<int> cpus = allowed;
  std::ranges::stable_sort(cpus, {}, kind_of);
  return cpus;
}

// A control group that has used its quota stands still until the next period, so more threads than
// it lasts for gain nothing and then stop together.
int threads_of(int workers, double quota_cpus) {
  if (quota_cpus <= 0 || quota_cpus >= workers) return workers;
  return std::max(1, int(std::ceil(quota_cpus)));
}

Pool::Pool(int workers, bool pin) : state_(std::make_unique<State>(std::max(workers, 1))) {
  state_->start_threads(pin);
}

// A process that was forked has a copy without its threads, for which joining, and what they waited
// on, would wait for ever: it is left behind.
Pool::~Pool() {
  if (process_id() != state_->process) {
    (void)state_.release();
    return;
  }
  state_->stop.store(true);
  state_->epoch.fetch_add(1);
  state_->begun.open();
  for (std::thread& thread : state_->threads) thread.join();
}

int Pool::workers() const { return int(state_->shares.size()); }

void Pool::watch(const PoolWatch* watch) {
  state_->watcher = watch;
  state_->watched = watch || state_->slowed;
  state_->runs = -1;
}

void Pool::run(std::int64_t tiles, const ScheduleSpec& schedule, Task task, void* context,
               int taking_part) {
  State& s = *state_;
  ++s.runs;
  if (tiles <= 0) return;
  if (taking_part <= 0 || taking_part > workers()) taking_part = workers();
  s.task = task;
  s.context = context;
  if (tiles == 1 || taking_part == 1)
    return s.run_range({0, tiles}, {0, taking_part, here_in_order()}, 0);
  DLIS_ASSERT(s.unfinished.load() == 0);
  s.schedule = schedule.row;
  begin_phase(s.phase, schedule, tiles, taking_part);
  s.unfinished.store(taking_part);
  s.taking_part.store(taking_part);
  const std::uint64_t epoch = s.epoch.load() + 1;
  s.leave_out_from(taking_part, epoch);
  s.epoch.store(epoch);
  s.begun.open();
  s.take_shares(0, epoch);
  s.done.wait(s.spin, [&] { return s.unfinished.load() == 0; });
}

}  // namespace dlis
