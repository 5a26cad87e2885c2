// Our own workers: they spin briefly between phases, then block.
#pragma once
#include <memory>
#include <type_traits>

#include "dlis/compute/parallel/schedule.h"
#include "dlis/hardware/topology.h"

namespace dlis {

// A worker without work spins so long, then blocks until there is some: longer than the gap between
// two layers, far shorter than a time slice. It never spins where there are more threads than
// processors that the affinity allows.
inline constexpr int kPoolSpinMicroseconds = 40;

// How many threads, the caller included, serve `workers` in a control group of `quota_cpus` (0: no
// quota).
int threads_of(int workers, double quota_cpus);

// A range that a pool has run.
struct RangeRun {
  std::int64_t run = 0;        // counts the pool's runs since it is watched
  int worker = 0, thread = 0;  // whose share it was, and who ran it: the caller is thread 0
  Range range;
  std::int64_t begin_ns = 0, end_ns = 0;  // as now_ns
};

// Is told of every range by the thread that ran it, before the run returns.
struct PoolWatch {
  void (*ran)(void* context, const RangeRun& run);
  void* context;
};

// Makes threads slower than they are: called after each range with the nanoseconds that it took.
// Pools take what is set when they are made; null outside of tests and benches (slow_cores.h).
struct Slowdown {
  void (*after)(int thread, std::int64_t nanoseconds);
  std::string name;  // part of the choice cache's key
};
void set_slowdown(const Slowdown* slowdown);  // has to outlive the pools
const Slowdown* slowdown();

// The processors for threads in turn, the fastest kind first; those that the affinity allows.
std::vector<int> cpus_by_speed(const Topology& machine, const std::vector<int>& allowed);

// `workers` shares of every phase, run by the caller (worker 0) and by threads that stay alive. Not
// copyable; one `run` at a time, from any thread, and not from inside a task of the same pool.
// A share that no thread has begun when another is done with its own is run by that one, so a phase
// waits for work under way but never for a thread that the system has not scheduled.
class Pool {
 public:
  // `pin` binds each own thread to one processor, as always where processors differ in kind: the
  // first workers have the fastest. Where they are alike the system places threads better.
  explicit Pool(int workers, bool pin = false);
  ~Pool();
  int workers() const;

  // Runs all tiles; returns when every worker is done. `task` must not throw. Only the first
  // `workers` take part (0: all); one alone wakes nobody.
  using Task = void (*)(void* context, Range range, Worker worker);
  void run(std::int64_t tiles, const ScheduleSpec& schedule, Task task, void* context,
           int workers = 0);
  template <class F>
  void run(std::int64_t tiles, const ScheduleSpec& schedule, F&& f, int workers = 0) {
    run(
        tiles, schedule,
        [](void* c, Range r, Worker w) { (*static_cast<std::remove_reference_t<F>*>(c))(r, w); },
        const_cast<void*>(static_cast<const void*>(std::addressof(f))), workers);
  }

  // Between runs; null: not any more. It has to live as long as it watches.
  void watch(const PoolWatch* watch);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dlis
