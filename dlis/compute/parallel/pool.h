// Our own workers: they spin briefly between phases, then block.
#pragma once
#include <memory>
#include <type_traits>

#include "dlis/compute/parallel/schedule.h"

namespace dlis {

// A worker without work spins so long, then blocks until there is some: longer than the gap between
// two layers, far shorter than a time slice. It never spins where there are more threads than
// processors that the affinity allows.
inline constexpr int kPoolSpinMicroseconds = 40;

// How many threads, the caller included, serve `workers` in a control group of `quota_cpus` (0: no
// quota).
int threads_of(int workers, double quota_cpus);

// `workers` shares of every phase, run by the caller (worker 0) and by threads that stay alive. Not
// copyable; one `run` at a time, from any thread, and not from inside a task of the same pool.
// A share that no thread has begun when another is done with its own is run by that one, so a phase
// waits for work under way but never for a thread that the system has not scheduled.
class Pool {
 public:
  // `pin` binds each own thread to one processor. It pays only where the caller is bound as well
  // and the processors differ in kind; otherwise the system places threads better.
  explicit Pool(int workers, bool pin = false);
  ~Pool();
  int workers() const;

  // Runs all tiles; returns when every worker is done. `task` must not throw.
  using Task = void (*)(void* context, Range range, Worker worker);
  void run(std::int64_t tiles, const ScheduleSpec& schedule, Task task, void* context);
  template <class F>
  void run(std::int64_t tiles, const ScheduleSpec& schedule, F&& f) {
    run(
        tiles, schedule,
        [](void* c, Range r, Worker w) { (*static_cast<std::remove_reference_t<F>*>(c))(r, w); },
        const_cast<void*>(static_cast<const void*>(std::addressof(f))));
  }

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dlis
