// What is measured of schedules: plans that differ in nothing else, on cores of known speeds.
#pragma once
#include <string>
#include <vector>

#include "dlis/dlis.h"

namespace dlis::schedules_bench {

struct Settings {
  int rounds = 30;
  double seconds = 0.05;  // of every candidate in a round
  std::vector<double> slow{1, 2};
  std::vector<std::string> models{"vgg16@224", "resnet18@224", "mobilenet_v1@224"};
  std::vector<std::string> small{"mobilenet_v1@224", "mobilenet_v2@224"};
};

using PlanPointer = std::shared_ptr<const Plan>;

// Schedules, workers and cuts measured per layer, by the pools as they are; kept nowhere.
Result<PlanPointer> measured_plan(const Graph& graph, int threads);
// The same rows and formats with one schedule for all layers, on the first `workers`.
Result<PlanPointer> plan_with(const Graph& graph, const Plan& rows, const std::string& schedule,
                              int workers);

// Milliseconds of all steps, the median of some profiled runs.
Result<double> steps_ms(const PlanPointer& plan, int runs);

// What the plan's steps would take on cores of these speeds. The work of tiles is measured here, on
// cores that are alike, where the plan's schedules hand them out.
Result<double> predicted_ms(const PlanPointer& plan, const std::vector<double>& speeds);

}  // namespace dlis::schedules_bench
