// The schedule `weighted:speeds=A/B`: one contiguous share a worker, as large as it is fast.
#include <algorithm>

#include "dlis/compute/parallel/schedule.h"

namespace dlis {
namespace {

double speed_of(const ScheduleState& state, int worker) {
  if (state.speeds.empty()) return 1;
  return state.speeds[std::min(std::size_t(worker), state.speeds.size() - 1)];
}

// Where the share of `worker` begins: shares meet, whatever is rounded.
std::int64_t begin_of(const ScheduleState& state, int worker) {
  double before = 0, all = 0;
  for (int i = 0; i < state.workers; ++i) {
    if (i == worker) before = all;
    all += speed_of(state, i);
  }
  if (worker == state.workers) return state.tiles;
  if (all <= 0) return worker == 0 ? 0 : state.tiles;  // none of these workers is worth anything
  return std::min(state.tiles, std::int64_t(double(state.tiles) * before / all + 0.5));
}

bool take(ScheduleState& state, int worker, int turn, Range& range) {
  if (turn > 0) return false;
  range = {begin_of(state, worker), begin_of(state, worker + 1)};
  return range.begin < range.end;
}

}  // namespace

extern constinit const Schedule weighted_row{
    .name = "weighted",
    .summary = "contiguous shares as large as workers are fast, measured when a plan is made",
    .has_speeds = true,
    .take = take};

}  // namespace dlis
