// The schedule `static`: one contiguous share a worker, equal up to one tile.
#include <algorithm>

#include "dlis/compute/parallel/schedule.h"

namespace dlis {
namespace {

// The first workers get the larger shares, so that a single tile stays with the caller.
bool take(ScheduleState& state, int worker, int turn, Range& range) {
  if (turn > 0) return false;
  const std::int64_t share = state.tiles / state.workers, larger = state.tiles % state.workers;
  range.begin = worker * share + std::min<std::int64_t>(worker, larger);
  range.end = range.begin + share + (worker < larger);
  return range.begin < range.end;
}

}  // namespace

extern constinit const Schedule static_row{
    .name = "static", .summary = "equal contiguous shares; no traffic between cores", .take = take};

}  // namespace dlis
