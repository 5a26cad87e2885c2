#include "dlis/runtime/split.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "dlis/base/text.h"

namespace dlis {

std::string text_of(const Split& split) {
  return split.row ? fmt::format("{}/{}:rows={}", split.format->name, split.row->name, split.rows)
                   : std::string();
}

Result<Split> parse_split(const std::string& text, const ConvProblem& problem,
                          const ConvRow& host) {
  const auto slash = text.find('/'), colon = text.find(":rows=");
  if (slash == std::string::npos || colon == std::string::npos || colon < slash)
    return fail(fmt::format("'{}' is no split of a layer", text), problem.label,
                "it is FORMAT/ROW:rows=N");
  const std::string format = text.substr(0, slash);
  const std::string row = text.substr(slash + 1, colon - slash - 1);
  const std::int64_t rows = DLIS_TRY(parse_integer(text.substr(colon + 6), problem.label));
  const ConvRow* device = find_conv_row(row);
  if (!device || !device->enqueue || !find_format(format))
    return fail(
        fmt::format("the plan splits a layer with {} | {}, which this version does not have",
                    format, row),
        problem.label, "plan the model again");
  return make_split(problem, host, *device, *find_format(format), rows);
}

Result<Split> make_split(const ConvProblem& problem, const ConvRow& host, const ConvRow& device,
                         const Format& format, std::int64_t rows) {
  const std::int64_t total = problem.p();
  if (host.enqueue) return refusal("the processor has no part in it");
  if (!can_cut(problem, total - rows))
    return refusal(fmt::format("{} of {} output rows cannot be cut off", rows, total));
  Split split;
  split.row = &device;
  split.format = &format;
  split.rows = rows;
  split.host = band_of(problem, 0, total - rows).problem;
  const Band last = band_of(problem, total - rows, total);
  split.device = last.problem;
  split.device_row = last.input_row;
  split.device.format = &format;
  if (const Verdict verdict = accepts(host, split.host); !verdict) return refusal(verdict.reason);
  if (const Verdict verdict = accepts(device, split.device); !verdict)
    return refusal(verdict.reason);
  return split;
}

std::int64_t best_rows(std::int64_t total, std::int64_t first,
                       const std::function<double(std::int64_t)>& time) {
  constexpr double kNone = std::numeric_limits<double>::infinity();
  if (total < 2) return 0;
  const auto at = [&](std::int64_t rows) { return rows < 1 || rows >= total ? kNone : time(rows); };
  std::int64_t best = std::clamp<std::int64_t>(first, 1, total - 1);
  double least = at(best);
  for (std::int64_t step = std::max<std::int64_t>(total / 8, 1); step > 0;) {
    const double fewer = at(best - step), more = at(best + step);
    if (std::min(fewer, more) < least) {
      best += fewer < more ? -step : step;
      least = std::min(fewer, more);
    } else {
      step /= 2;
    }
  }
  return least < kNone ? best : 0;
}

}  // namespace dlis
