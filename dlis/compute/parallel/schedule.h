// Layer 4b: how the tiles of a phase are handed to workers.
#pragma once
#include <atomic>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dlis/base/result.h"
#include "dlis/compute/row.h"

namespace dlis {

// A schedule with its parameters, as in `dynamic:chunk=4` or `weighted:speeds=1/0.5`.
struct ScheduleSpec {
  const struct Schedule* row = nullptr;
  std::int64_t chunk = 1;
  // Of the workers, relative to each other; 0: it gets nothing. Empty: all are equal; where there
  // are more workers than speeds, the last stands for the others.
  std::vector<double> speeds = {};
  friend bool operator==(const ScheduleSpec&, const ScheduleSpec&) = default;
};

// What one worker's share of a phase has left, where a schedule keeps it apart.
struct alignas(64) ScheduleSlot {
  std::atomic<std::uint64_t> left{0};
};

// Progress of one phase; the counter is alone on its cache line.
struct ScheduleState {
  std::int64_t tiles = 0;
  int workers = 1;
  std::int64_t chunk = 1;
  std::span<const double> speeds = {};
  std::span<ScheduleSlot> slots = {};  // one a worker
  alignas(64) std::atomic<std::int64_t> next{0};
};

// A row of schedules.inc. `take` gives a worker its next range, false when nothing is left for it;
// `turn` counts the worker's calls within the phase from 0. Workers call it at the same time; every
// tile is in one range that one of them got. `begin` is called once before.
struct Schedule {
  const char* name;
  const char* summary;
  bool has_chunk = false, has_speeds = false;
  void (*begin)(ScheduleState& state) = nullptr;  // null: `next` is 0, and that is all
  bool (*take)(ScheduleState& state, int worker, int turn, Range& range);
};

// The rows of schedules.inc.
std::span<const Schedule* const> schedules();
// "static", "dynamic:chunk=4"; an error names the nearest schedules or what the parameter may be.
Result<ScheduleSpec> parse_schedule(std::string_view text);
std::string text_of(const ScheduleSpec& spec);

// Makes `state` ready for a phase; `spec` has to outlive it, and the slots are the caller's.
void begin_phase(ScheduleState& state, const ScheduleSpec& spec, std::int64_t tiles, int workers);

}  // namespace dlis
