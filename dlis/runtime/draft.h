// A plan before anything is chosen: what `make_plan` and `memory_frontier` begin with.
#pragma once
#include "dlis/runtime/budget.h"
#include "dlis/runtime/lower.h"
#include "dlis/runtime/mixed_types.h"

namespace dlis {

// What all plans of a graph begin with: the graph after the passes, and the types of its layers.
struct Prepared {
  Graph graph;
  PlanOptions options;
  MixedTypes types;
};
Result<Prepared> prepare_types(const Graph& graph, const PlanOptions& options);

struct Draft {
  std::shared_ptr<Plan> plan;       // graph, options, places and arena; no steps yet
  std::vector<LoweredStep> layers;  // those without weights are complete
  FixedMemory fixed;
};
// With these layers in f32.
Result<Draft> make_draft(const Prepared& prepared, const std::set<std::string>& in_f32);

}  // namespace dlis
