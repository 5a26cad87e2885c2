// Time against memory: plans within ever larger budgets, each measured as a whole.
#include <algorithm>

#include "dlis/runtime/choose.h"
#include "dlis/runtime/draft.h"
#include "dlis/runtime/measure.h"

namespace dlis {
namespace {

constexpr int kLeastRuns = 5;

// With these layers in f32; each is still to run.
Result<std::vector<FrontierPoint>> points_with(const Prepared& prepared,
                                               const std::set<std::string>& in_f32, int points) {
  Draft draft = DLIS_TRY(make_draft(prepared, in_f32));
  Chooser chooser(draft.plan->options, draft.layers, draft.fixed);
  DLIS_TRY(chooser.consider(draft.layers, true));
  return chooser.frontier(draft.layers, points);
}

// From the smallest to the fastest, without those that a smaller one beats; at most so many, evenly
// among what is left.
std::vector<FrontierPoint> unbeaten(std::vector<FrontierPoint> all, int most) {
  std::ranges::stable_sort(all, {}, [](auto& p) { return std::pair(p.peak_bytes, p.layers_ms); });
  std::vector<FrontierPoint> left;
  for (FrontierPoint& point : all)
    if (left.empty() || point.layers_ms < left.back().layers_ms) left.push_back(std::move(point));
  std::vector<FrontierPoint> out;
  const std::size_t count = left.size(), taken = std::min(count, std::size_t(most));
  for (std::size_t i = 0; i < taken; ++i)
    out.push_back(std::move(left[taken > 1 ? i * (count - 1) / (taken - 1) : count - 1]));
  return out;
}

// One plan at a time: together they may not fit the memory.
Status run_plan(const Graph& graph, PlanOptions options, double seconds, FrontierPoint& point) {
  options.choices = point.choices;
  options.memory_bytes = 0;
  options.tune = Tune::off;  // nothing is left to decide
  const auto plan = DLIS_TRY(make_plan(graph, options));
  point.peak_bytes = plan->peak_bytes();
  point.weights_bytes = plan->weights_bytes;
  point.scratch_bytes = plan->scratch_bytes;
  Session session = DLIS_TRY(Session::open(plan));
  const Timing timing = DLIS_TRY(measure(session, seconds, kLeastRuns));
  point.median_ms = timing.median_ms;
  point.p10_ms = timing.p10_ms;
  point.p90_ms = timing.p90_ms;
  return {};
}

}  // namespace

Result<std::vector<FrontierPoint>> memory_frontier(const Graph& graph, const PlanOptions& options,
                                                   int points, double seconds) {
  std::vector<FrontierPoint> out;
  {
    const Prepared prepared = DLIS_TRY(prepare_types(graph, options));
    out = DLIS_TRY(points_with(prepared, prepared.types.in_f32, points));
    for (const OtherTypes& other : prepared.types.others)  // narrow weights are smaller
      for (FrontierPoint& point : DLIS_TRY(points_with(prepared, other.in_f32, points)))
        out.push_back(std::move(point));
    out = unbeaten(std::move(out), points);
  }
  for (FrontierPoint& point : out) DLIS_TRY(run_plan(graph, options, seconds, point));
  return out;
}

}  // namespace dlis
