// Our own workers: they spin briefly between phases, then block.
#pragma once
#include <functional>
#include <memory>

#include "dlis/compute/parallel/schedule.h"

namespace dlis {

// `workers` threads, the caller among them (worker 0). Not copyable; one `run` at a time.
class Pool {
 public:
  explicit Pool(int workers, bool pin = true);
  ~Pool();
  int workers() const;

  // Runs all tiles; returns when every worker is done. `task` must not throw.
  using Task = void (*)(void* context, Range range, Worker worker);
  void run(std::int64_t tiles, const ScheduleSpec& schedule, Task task, void* context);
  template <class F>
  void run(std::int64_t tiles, const ScheduleSpec& schedule, F&& f) {
    run(tiles, schedule, [](void* c, Range r, Worker w) { (*static_cast<std::remove_reference_t<F>*>(c))(r, w); }, &f);
  }

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dlis
