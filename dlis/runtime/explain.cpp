// A plan as text: what was chosen for each layer, how near the others came, and who refused why.
#include <fmt/format.h>

#include <algorithm>

#include "dlis/base/text.h"
#include "dlis/runtime/plan.h"

namespace dlis {
namespace {

constexpr double kNearMiss = 1.1;  // of the chosen row's time

std::string bytes_text(std::size_t bytes) { return format_bytes(std::int64_t(bytes)); }

bool is_chosen(const Candidate& c, const Step& step) {
  return c.row == step.conv_row && c.format == step.conv.format;
}

std::string name_of(const Candidate& c) {
  return fmt::format("{} | {}", c.format->name, c.row->name);
}

// "0.123 ms (+4.2 %, a near miss; inside the plan 0.131 ms), 4.00 KiB packed, 1.00 KiB scratch".
std::string costs_text(const Candidate& c, const Candidate* best) {
  if (!c.offered) return "a last resort, not timed";
  std::string out = c.milliseconds > 0
                        ? fmt::format("{}{:.3f} ms", c.estimated ? "about " : "", c.milliseconds)
                        : "not timed";
  if (c.milliseconds > 0 && best && best != &c && best->milliseconds > 0) {
    const double ratio = c.milliseconds / best->milliseconds;
    out += fmt::format(" ({:+.1f} %{})", 100 * (ratio - 1),
                       ratio >= 1 && ratio <= kNearMiss ? ", a near miss" : "");
  }
  if (c.in_plan_ms > 0) out += fmt::format(", inside the plan {:.3f} ms", c.in_plan_ms);
  return out + fmt::format(", {} packed, {} scratch", bytes_text(c.packed_bytes),
                           bytes_text(c.scratch_bytes));
}

std::string candidate_line(const Candidate& c, const Step& step) {
  return fmt::format("    {} {}: {}\n", is_chosen(c, step) ? '>' : ' ', name_of(c),
                     c.refusal.empty() ? costs_text(c, chosen(step)) : "refused: " + c.refusal);
}

// Where zeros are left out: "density 10.0 %, 412.3 GFLOP/s effective, 41.2 real", the first as if
// every weight were there.
std::string sparsity_of(const Step& step) {
  const Candidate* c = chosen(step);
  if (!c || !step.conv.format->sparse) return {};
  std::string out = fmt::format("density {:.1f} %", 100 * c->density);
  const double ms = c->in_plan_ms > 0 ? c->in_plan_ms : c->milliseconds;
  if (ms <= 0 || c->estimated) return out;
  const auto speed = [&](double macs) { return 2e-6 * macs / ms; };
  return out + fmt::format(", {:.1f} GFLOP/s effective, {:.1f} real",
                           speed(double(step.conv.macs())),
                           speed(stored_macs(step.conv, c->density)));
}

// What a memory budget took from a layer.
std::string demotion_of(const Step& step) {
  if (step.demoted_from < 0 || !chosen(step)) return {};
  const Candidate& from = step.candidates[std::size_t(step.demoted_from)];
  const Candidate& to = *chosen(step);
  const double saved = double(from.packed_bytes) - double(to.packed_bytes);
  return fmt::format("{} -> {}: {:+.3f} ms, {}{} of weights, scratch {} -> {}", name_of(from),
                     name_of(to), to.milliseconds - from.milliseconds, saved < 0 ? "+" : "-",
                     bytes_text(std::size_t(saved < 0 ? -saved : saved)),
                     bytes_text(from.scratch_bytes), bytes_text(to.scratch_bytes));
}

// "on 1 of 2 workers"; nothing where there is one. In a plan for a device: where a step runs, and
// why, where that is not the device.
std::string place_of(const Plan& plan, const Step& step) {
  const PlanOptions& options = plan.options;
  if (step.is_enqueued()) return fmt::format(" on {}", step.device());
  std::string out;
  if (options.threads > 1)
    out += fmt::format(" on {} of {} workers", workers_of(step, options), options.threads);
  if (options.device == "cpu") return out;
  if (step.split.row) return fmt::format("{} on cpu and {}", out, step.split.row->device);
  return out + " on cpu" + (step.why_on_host.empty() ? "" : ": " + step.why_on_host);
}

// "the first 20 of 32 rows on cpu, 12 as dense | opencl_direct on opencl: 0.123 ms together".
std::string shares_of(const Step& step) {
  const Split& s = step.split;
  if (!s.row) return s.why_whole;
  std::string out = fmt::format("the first {} of {} rows on cpu, {} as {} | {} on {}", s.host.p(),
                                step.conv.p(), s.rows, s.format->name, s.row->name, s.row->device);
  if (s.milliseconds > 0) out += fmt::format(": {:.3f} ms together", s.milliseconds);
  return out;
}

// A line where the row has something to say of this machine.
std::string remark_of(const ConvRow* row, const ConvProblem& problem) {
  const std::string remark = row && row->remark ? row->remark(problem) : "";
  return remark.empty() ? "" : fmt::format("    {}: {}\n", row->name, remark);
}

std::string conv_lines(const Plan& plan, const Step& step) {
  ConvProblem problem = step.conv;
  problem.label.clear();
  std::string out =
      fmt::format("{} {}: {} | {}/{}{}{}, {} packed, {} scratch\n    {}\n", step.op, step.name,
                  step.conv.format->name, step.conv_row->name, text_of(step.schedule),
                  place_of(plan, step), step.fallback ? " (fallback)" : "",
                  bytes_text(step.weights_bytes), bytes_text(step.scratch_bytes), line(problem));
  out += remark_of(step.conv_row, step.conv) + remark_of(step.split.row, step.split.device);
  if (!step.types.empty()) out += fmt::format("    {}\n", step.types);
  if (const std::string sparsity = sparsity_of(step); !sparsity.empty())
    out += fmt::format("    {}\n", sparsity);
  if (const std::string shares = shares_of(step); !shares.empty())
    out += fmt::format("    {}\n", shares);
  if (const std::string demotion = demotion_of(step); !demotion.empty())
    out += fmt::format("    demoted for memory: {}\n", demotion);
  std::vector<Candidate> sorted = step.candidates;
  std::ranges::stable_sort(
      sorted, {}, [](const Candidate& c) { return std::pair(!c.offered, c.milliseconds); });
  for (const Candidate& candidate : sorted) out += candidate_line(candidate, step);
  return out;
}

// Who gave way to the budget, in one place.
std::string budget_lines(const Plan& plan) {
  if (plan.options.memory_bytes == 0) return {};
  std::string demoted;
  int layers = 0;
  for (const Step& step : plan.steps)
    if (const std::string text = demotion_of(step); !text.empty()) {
      demoted += fmt::format("  {} {}\n", step.name, text);
      ++layers;
    }
  return fmt::format("memory {} of the {} allowed; {} of the layers gave way{}\n{}",
                     bytes_text(plan.peak_bytes()), bytes_text(plan.options.memory_bytes), layers,
                     layers ? ":" : "", demoted);
}

std::string text_of(const RivalPlan& rival) {
  switch (rival.uses) {
    case RivalPlan::Uses::type:
      return "in " + rival.name;
    case RivalPlan::Uses::device:
      return "on " + rival.name;
    case RivalPlan::Uses::row:
      break;
  }
  return rival.name + " wherever it accepts";
}

std::string rival_lines(const Plan& plan) {
  std::string out;
  for (const RivalPlan& rival : plan.rivals)
    out += fmt::format("{}: {:.3f} of this plan's time ({})\n", text_of(rival), rival.ratio,
                       rival.measured ? "in turns" : "sum of the layers");
  return out;
}

}  // namespace

const Candidate* chosen(const Step& step) {
  const auto it =
      std::ranges::find_if(step.candidates, [&](auto& c) { return is_chosen(c, step); });
  return it == step.candidates.end() ? nullptr : &*it;
}

std::string explain(const Plan& plan) {
  std::string out;
  for (const Step& step : plan.steps)
    out += step.conv_row ? conv_lines(plan, step)
                         : fmt::format("{} {}{}\n", step.op, step.name, place_of(plan, step));
  out += fmt::format(
      "weights {}, arena {} (largest sum of live values {}), scratch {}, fallback {:.0f} % of the "
      "MACs\n",
      format_bytes(std::int64_t(plan.weights_bytes)), format_bytes(std::int64_t(plan.arena_bytes)),
      format_bytes(std::int64_t(plan.live_bytes)), format_bytes(std::int64_t(plan.scratch_bytes)),
      100 * plan.fallback_macs);
  return out + budget_lines(plan) + rival_lines(plan);
}

}  // namespace dlis
