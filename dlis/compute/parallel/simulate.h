// What a phase would take on cores of known speeds: its tiles are handed out by the schedules' own
// `take`, in simulated time.
#pragma once
#include <functional>

#include "dlis/compute/parallel/schedule.h"

namespace dlis {

struct SimulatedCores {
  std::vector<double> speeds;  // one a worker, in units of work a second
  double bytes_per_s = 0;      // of the memory, shared by all that read it at once; 0: no limit
  double phase_s = 0;          // to begin a phase on several workers and to see its end
  double spin_s = 1e9;  // a thread that waits for longer than this sleeps (kPoolSpinMicroseconds)
  double wake_s = 0;    // until a sleeping thread goes on
};

// The tiles of a phase. Its times are in seconds where `work` is in the unit of the cores' speeds.
struct SimulatedPhase {
  std::vector<double> work;  // of each tile
  double tile_bytes = 0;     // that a tile moves from and to memory
};

// A range that was run, as RangeRun tells it of a real one.
struct SimulatedRange {
  int worker = 0;
  Range range;
  double begin_s = 0, end_s = 0;
};

// A pool on such cores, which knows from phase to phase who has fallen asleep. Events: a thread is
// awake, or done with its range and takes another one. Between them every range advances at the
// speed of its core, or as slowly as its share of the memory's rate allows; cores that want less
// than an equal share leave the rest to the others. As in a real pool, one worker alone runs all
// tiles at once, and a share that nobody has begun is run by a thread that is done with its own.
class SimulatedPool {
 public:
  using See = std::function<void(const SimulatedRange&)>;
  explicit SimulatedPool(SimulatedCores cores);
  // Seconds of a phase on the first `workers` cores (0: all).
  double run(const SimulatedPhase& phase, const ScheduleSpec& spec, int workers = 0,
             const See& see = {});

 private:
  SimulatedCores cores_;
  std::vector<double> idle_s_;  // of each thread, since it was done
};

// One phase on a pool whose threads are awake.
double simulate(const SimulatedCores& cores, const SimulatedPhase& phase, const ScheduleSpec& spec,
                int workers = 0, const SimulatedPool::See& see = {});

}  // namespace dlis
