// Settles near ties of rows inside the whole plan.
#pragma once
#include "dlis/runtime/choose.h"

namespace dlis {

// A rival has to be faster than this share of the plan's time.
inline constexpr double kNoise = 0.99;

// A row that is as fast alone may be slower where weights are as cold and caches as full as the
// other layers leave them. So rows within 10 % of the chosen one take its place in a session, in
// turns, and the fastest stays; then the plan runs in turns with the plans that use one row
// wherever it accepts, and a faster one takes its place. Before that, layers that a chain of
// devices splits become whole where the plan is faster so. Step i of the plan was lowered as layer
// i, whose weights are still there; the plan's memory budget is kept.
Status settle_inside(const std::shared_ptr<Plan>& plan, const std::vector<LoweredStep>& layers,
                     Chooser& chooser);

// The median over rounds of the other plan's time over this one's, whole runs in turns. Both
// compute the same network.
Result<double> compare_in_turns(std::shared_ptr<const Plan> plan,
                                std::shared_ptr<const Plan> other);

// The fastest of plans of one network, each in turns with the fastest so far; null: none yet.
struct Fastest {
  std::shared_ptr<Plan> plan;
  std::string name;  // among the rivals
  RivalPlan::Uses uses = RivalPlan::Uses::type;
  std::vector<RivalPlan> rivals;

  Status challenge(std::shared_ptr<Plan> rival, const std::string& its_name);
  std::shared_ptr<Plan> with_rivals() const;  // the fastest, which tells of the others
};

}  // namespace dlis
