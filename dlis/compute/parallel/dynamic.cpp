// The schedule `dynamic:chunk=N`: whoever is free takes the next N tiles.
#include <algorithm>

#include "dlis/compute/parallel/schedule.h"

namespace dlis {
namespace {

// The order of the counter's increments is all that matters; the pool orders the data.
bool take(ScheduleState& state, int, int, Range& range) {
  range.begin = state.next.fetch_add(state.chunk, std::memory_order_relaxed);
  range.end = std::min(range.begin + state.chunk, state.tiles);
  return range.begin < state.tiles;
}

}  // namespace

extern constinit const Schedule dynamic_row{
    .name = "dynamic",
    .summary = "the next chunk of tiles to whoever is free; even when cores are not",
    .has_chunk = true,
    .take = take};

}  // namespace dlis
