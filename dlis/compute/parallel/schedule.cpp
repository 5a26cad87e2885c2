// The list of schedules and their text form.
#include "dlis/compute/parallel/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "dlis/base/limits.h"
#include "dlis/base/text.h"

namespace dlis {

#define DLIS_ROW(name) extern const Schedule name##_row;
#include "dlis/compute/parallel/schedules.inc"
#undef DLIS_ROW

namespace {

constexpr std::array kSchedules{
#define DLIS_ROW(name) &name##_row,
#include "dlis/compute/parallel/schedules.inc"
#undef DLIS_ROW
};

// Their sums and quotients stay far from where doubles end.
constexpr double kLeastSpeed = 1e-6, kMostSpeed = 1e6;

std::string parameters_of(const Schedule& row) {
  if (row.has_chunk) return "it takes chunk=N";
  return row.has_speeds ? "it takes speeds=A/B, one a worker" : "it takes none";
}

Result<std::int64_t> parse_chunk(std::string_view text, const std::string& where) {
  const std::int64_t chunk = DLIS_TRY(parse_integer(text, where));
  if (chunk < 1 || chunk > kMostChunk)
    return fail(fmt::format("chunk={} is out of range", chunk), where, "use 1 or more tiles");
  return chunk;
}

Result<std::vector<double>> parse_speeds(std::string_view text, const std::string& where) {
  std::vector<double> speeds;
  double fastest = 0;
  for (std::string_view part : split(text, '/')) {
    const double speed = DLIS_TRY(parse_real(part, where));
    if (!(speed == 0 || (speed >= kLeastSpeed && speed <= kMostSpeed)) ||
        speeds.size() == kMostSpeeds)
      return fail(fmt::format("speeds={} is out of range", text.substr(0, 60)), where,
                  "give each worker 0 or from 1e-6 to 1e6");
    speeds.push_back(speed + 0.0);  // -0 prints as 0
    fastest = std::max(fastest, speed);
  }
  if (fastest == 0)
    return fail("no worker gets anything", where, "give one of them a speed above 0");
  return speeds;
}

Status parse_parameter(std::string_view text, ScheduleSpec& spec) {
  const std::string where = fmt::format("schedule '{}'", spec.row->name);
  if (spec.row->has_chunk && text.starts_with("chunk=")) {
    spec.chunk = DLIS_TRY(parse_chunk(text.substr(6), where));
    return {};
  }
  if (spec.row->has_speeds && text.starts_with("speeds=")) {
    spec.speeds = DLIS_TRY(parse_speeds(text.substr(7), where));
    return {};
  }
  return fail(fmt::format("unknown parameter '{}'", text), where, parameters_of(*spec.row));
}

}  // namespace

std::span<const Schedule* const> schedules() { return kSchedules; }

Result<ScheduleSpec> parse_schedule(std::string_view text) {
  const auto fields = split(text, ':');
  auto found = std::find_if(kSchedules.begin(), kSchedules.end(),
                            [&](const Schedule* row) { return fields[0] == row->name; });
  if (found == kSchedules.end())
    return tl::unexpected(unknown_name("schedule", fields[0], names_of(kSchedules)));
  ScheduleSpec spec{*found};
  for (std::size_t i = 1; i < fields.size(); ++i) DLIS_TRY(parse_parameter(fields[i], spec));
  return spec;
}

std::string text_of(const ScheduleSpec& spec) {
  std::string text = spec.row->name;
  if (spec.row->has_chunk) text += fmt::format(":chunk={}", spec.chunk);
  for (std::size_t i = 0; i < spec.speeds.size(); ++i)
    text += fmt::format("{}{}", i ? "/" : ":speeds=", spec.speeds[i]);
  return text;
}

void begin_phase(ScheduleState& state, const ScheduleSpec& spec, std::int64_t tiles, int workers) {
  state.tiles = tiles;
  state.workers = workers;
  state.chunk = spec.chunk;
  state.speeds = spec.speeds;
  state.next.store(0, std::memory_order_relaxed);
  if (spec.row->begin) spec.row->begin(state);
}

}  // namespace dlis
