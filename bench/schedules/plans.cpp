// Plans that differ in schedules only, and their times.
#include <algorithm>
#include <filesystem>
#include <random>

#include "schedules.h"

namespace dlis::schedules_bench {

Result<PlanPointer> measured_plan(const Graph& graph, int threads) {
  PlanOptions options;
  options.schedule = "auto";
  options.threads = threads;
  options.cache = std::filesystem::temp_directory_path() /
                  ("dlis_schedules_" + std::to_string(std::random_device{}()));
  auto plan = make_plan(graph, options);
  std::error_code ignored;
  std::filesystem::remove(options.cache, ignored);
  return plan;
}

Result<PlanPointer> plan_with(const Graph& graph, const Plan& rows, const std::string& schedule,
                              int workers) {
  PlanOptions options = rows.options;
  options.schedule = schedule;
  options.choices = choices_of(rows);
  options.threads = workers;
  for (auto& [layer, choice] : options.choices) {
    choice.schedule = schedule;
    choice.workers = choice.cut = 0;
  }
  return make_plan(graph, options);
}

Result<double> steps_ms(const PlanPointer& plan, int runs) {
  Session session = DLIS_TRY(Session::open(plan));
  const auto inputs = random_inputs(plan->graph);
  std::vector<double> sums;
  for (int run = 0; run <= runs; ++run) {
    double sum = 0;
    for (double ms : DLIS_TRY(session.profile(inputs))) sum += ms;
    if (run > 0) sums.push_back(sum);
  }
  return median(std::move(sums));
}

}  // namespace dlis::schedules_bench
