// A plan on cores that are not here: its real tiles and schedules, in simulated time.
#pragma once
#include "dlis/compute/parallel/simulate.h"
#include "dlis/runtime/plan.h"

namespace dlis {

// The phases of a step with the tiles of its row. The last phase does the arithmetic, in operations
// as its row counts them (Row::work), and moves weights and outputs; the inputs move in the first.
// Tiles of a phase are alike. These are limits, no times of kernels: a tile takes as long as its
// arithmetic at the core's full rate or its bytes at the memory's, whichever is longer.
std::vector<SimulatedPhase> phases_of(const Step& step);

// Milliseconds of each step and of all.
struct SimulatedPlan {
  std::vector<double> steps_ms;
  double ms = 0;
};
// With each step's own schedule and workers, or all with `schedule` on `workers`.
SimulatedPlan simulate_plan(const Plan& plan, const SimulatedCores& cores);
SimulatedPlan simulate_plan(const Plan& plan, const SimulatedCores& cores,
                            const ScheduleSpec& schedule, int workers);

}  // namespace dlis
