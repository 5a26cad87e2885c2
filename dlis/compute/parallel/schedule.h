// Layer 4b: how the tiles of a phase are handed to workers.
#pragma once
#include <atomic>
#include <span>
#include <string>
#include <string_view>

#include "dlis/base/result.h"
#include "dlis/compute/row.h"

namespace dlis {

// A schedule with its parameters, as in `dynamic:chunk=4`.
struct ScheduleSpec {
  const struct Schedule* row = nullptr;
  std::int64_t chunk = 1;
};

// Progress of one phase; the counter is alone on its cache line.
struct ScheduleState {
  std::int64_t tiles = 0;
  int workers = 1;
  std::int64_t chunk = 1;
  alignas(64) std::atomic<std::int64_t> next{0};
};

// A row of schedules.inc. `take` gives a worker its next range, false when nothing is left for it;
// `turn` counts the worker's calls within the phase from 0.
struct Schedule {
  const char* name;
  const char* summary;
  bool has_chunk;
  bool (*take)(ScheduleState& state, int worker, int turn, Range& range);
};

std::span<const Schedule* const> schedules();
// "static", "dynamic:chunk=4"; an error names the nearest schedules or what the parameter may be.
Result<ScheduleSpec> parse_schedule(std::string_view text);
std::string text_of(const ScheduleSpec& spec);

}  // namespace dlis
