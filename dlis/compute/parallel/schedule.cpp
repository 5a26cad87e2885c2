// The list of schedules and their text form.
#include "dlis/compute/parallel/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

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

// Far from where `begin + chunk` could overflow.
constexpr std::int64_t kLargestChunk = std::int64_t{1} << 40;

Status parse_parameter(std::string_view text, ScheduleSpec& spec) {
  const std::string where = fmt::format("schedule '{}'", spec.row->name);
  if (!spec.row->has_chunk)
    return fail(fmt::format("unknown parameter '{}'", text), where, "it takes none");
  if (!text.starts_with("chunk="))
    return fail(fmt::format("unknown parameter '{}'", text), where, "it takes chunk=N");
  spec.chunk = DLIS_TRY(parse_integer(text.substr(6), where));
  if (spec.chunk < 1 || spec.chunk > kLargestChunk)
    return fail(fmt::format("chunk={} is out of range", spec.chunk), where, "use 1 or more tiles");
  return {};
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
  return spec.row->has_chunk ? fmt::format("{}:chunk={}", spec.row->name, spec.chunk)
                             : spec.row->name;
}

}  // namespace dlis
