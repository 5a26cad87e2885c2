// The schedule `guided:chunk=N`: chunks that shrink with what is left, down to N tiles.
#include <algorithm>

#include "dlis/base/divide.h"
#include "dlis/compute/parallel/schedule.h"

namespace dlis {
namespace {

// Half of an equal share of what is left. Guided self-scheduling (Polychronopoulos and Kuck, 1987)
// takes the whole share; a core of half the speed would hold the first one until all others are
// done.
bool take(ScheduleState& state, int, int, Range& range) {
  std::int64_t begin = state.next.load(std::memory_order_relaxed), size = 0;
  do {
    const std::int64_t left = state.tiles - begin;
    if (left <= 0) return false;
    const std::int64_t share = divide_up(left, 2 * std::int64_t(state.workers));
    size = std::min(left, std::max(share, state.chunk));
  } while (!state.next.compare_exchange_weak(begin, begin + size, std::memory_order_relaxed));
  range = {begin, begin + size};
  return true;
}

}  // namespace

extern constinit const Schedule guided_row{
    .name = "guided",
    .summary = "shrinking chunks to whoever is free: few at first, even at the end",
    .has_chunk = true,
    .take = take};

}  // namespace dlis
