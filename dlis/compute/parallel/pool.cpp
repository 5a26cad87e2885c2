// The pool: an epoch opens a phase, claims hand out shares, a count closes it.
#include "dlis/compute/parallel/pool.h"

#include <algorithm>
#include <cmath>
#include <system_error>
#include <thread>
#include <vector>

#include "dlis/base/check.h"
#include "dlis/compute/parallel/gate.h"
#include "dlis/hardware/topology.h"

namespace dlis {
namespace {

constexpr Gate::Spin kSpin{kPoolSpinMicroseconds};

struct alignas(64) Share {
  std::atomic<std::uint64_t> epoch{0};  // of the last phase in which somebody took it
};

}  // namespace

struct Pool::State {
  explicit State(int workers) : shares(std::size_t(workers)) {}

  // A late thread sees an old epoch and fails here, so nobody has to wait for it: a share is taken
  // exactly once a phase, and what the phase is may be read only after taking one.
  bool claim(int share, std::uint64_t phase_epoch) {
    std::uint64_t before = phase_epoch - 1;
    auto& claimed = shares[std::size_t(share)].epoch;
    return claimed.load(std::memory_order_relaxed) == before &&
           claimed.compare_exchange_strong(before, phase_epoch);
  }

  void work(int share) {
    Range range;
    const Worker worker{share, int(shares.size())};
    for (int turn = 0; schedule->take(phase, share, turn, range); ++turn)
      task(context, range, worker);
    if (unfinished.fetch_sub(1) == 1) done.open();
  }

  // Its own share first, then what nobody has begun.
  void take_shares(int first, std::uint64_t phase_epoch) {
    const int count = int(shares.size());
    for (int i = 0; i < count; ++i) {
      const int share = (first + i) % count;
      if (claim(share, phase_epoch)) work(share);
    }
  }

  void serve(int share) {
    for (std::uint64_t seen = 0;;) {
      begun.wait(spin, [&] { return epoch.load() != seen; });
      seen = epoch.load();
      if (stop.load()) return;
      take_shares(share, seen);
    }
  }

  void start_threads(bool pin);

  std::vector<Share> shares;
  std::vector<std::thread> threads;
  Gate::Spin spin = kSpin;
  Gate begun, done;
  std::atomic<bool> stop{false};
  const Schedule* schedule = nullptr;
  Task task = nullptr;
  void* context = nullptr;
  ScheduleState phase;
  alignas(64) std::atomic<std::uint64_t> epoch{0};
  alignas(64) std::atomic<int> unfinished{0};
};

// Where there are fewer threads than workers, those that there are run the shares of the others.
void Pool::State::start_threads(bool pin) {
  const std::vector<int> cpus = allowed_cpus();
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

// A control group that has used its quota stands still until the next period, so more threads than
// it lasts for gain nothing and then stop together.
int threads_of(int workers, double quota_cpus) {
  if (quota_cpus <= 0 || quota_cpus >= workers) return workers;
  return std::max(1, int(std::ceil(quota_cpus)));
}

Pool::Pool(int workers, bool pin) : state_(std::make_unique<State>(std::max(workers, 1))) {
  state_->start_threads(pin);
}

Pool::~Pool() {
  state_->stop.store(true);
  state_->epoch.fetch_add(1);
  state_->begun.open();
  for (std::thread& thread : state_->threads) thread.join();
}

int Pool::workers() const { return int(state_->shares.size()); }

void Pool::run(std::int64_t tiles, const ScheduleSpec& schedule, Task task, void* context) {
  State& s = *state_;
  if (tiles <= 0) return;
  if (tiles == 1 || workers() == 1) return task(context, {0, tiles}, {0, workers()});
  DLIS_ASSERT(s.unfinished.load() == 0);
  s.schedule = schedule.row;
  s.task = task;
  s.context = context;
  s.phase.tiles = tiles;
  s.phase.workers = workers();
  s.phase.chunk = schedule.chunk;
  s.phase.next.store(0, std::memory_order_relaxed);
  s.unfinished.store(workers());
  const std::uint64_t epoch = s.epoch.load() + 1;
  s.epoch.store(epoch);
  s.begun.open();
  s.take_shares(0, epoch);
  s.done.wait(s.spin, [&] { return s.unfinished.load() == 0; });
}

}  // namespace dlis
