// A plan as text: what was chosen for each layer, how near the others came, and who refused why.
#include <fmt/format.h>

#include <algorithm>

#include "dlis/base/text.h"
#include "dlis/runtime/plan.h"

namespace dlis {
namespace {

std::string candidate_line(const Candidate& c, const Step& step) {
  const bool chosen = c.row == step.conv_row && c.format == step.conv.format;
  const std::string time =
      c.milliseconds > 0 ? fmt::format("{:.3f} ms", c.milliseconds) : "not timed";
  return fmt::format("    {} {} | {}: {}\n", chosen ? '>' : ' ', c.format->name, c.row->name,
                     c.refusal.empty() ? time : "refused: " + c.refusal);
}

std::string conv_lines(const Step& step) {
  ConvProblem problem = step.conv;
  problem.label.clear();
  std::string out = fmt::format("{} {}: {} | {}/{}{}, {} packed, {} scratch\n    {}\n", step.op,
                                step.name, step.conv.format->name, step.conv_row->name,
                                text_of(step.schedule), step.fallback ? " (fallback)" : "",
                                format_bytes(std::int64_t(step.weights_bytes)),
                                format_bytes(std::int64_t(step.scratch_bytes)), line(problem));
  std::vector<Candidate> sorted = step.candidates;
  std::ranges::stable_sort(
      sorted, {}, [](const Candidate& c) { return std::pair(!c.refusal.empty(), c.milliseconds); });
  for (const Candidate& candidate : sorted) out += candidate_line(candidate, step);
  return out;
}

}  // namespace

std::string explain(const Plan& plan) {
  std::string out;
  for (const Step& step : plan.steps)
    out += step.conv_row ? conv_lines(step) : fmt::format("{} {}\n", step.op, step.name);
  out += fmt::format(
      "weights {}, arena {} (largest sum of live values {}), scratch {}, fallback {:.0f} % of the "
      "MACs\n",
      format_bytes(std::int64_t(plan.weights_bytes)), format_bytes(std::int64_t(plan.arena_bytes)),
      format_bytes(std::int64_t(plan.live_bytes)), format_bytes(std::int64_t(plan.scratch_bytes)),
      100 * plan.fallback_macs);
  return out;
}

}  // namespace dlis
