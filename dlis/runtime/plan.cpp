// Takes every decision about a graph: passes, places, rows, packed weights, arena.
#include "dlis/runtime/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <new>

#include "dlis/base/capability.h"
#include "dlis/base/clock.h"
#include "dlis/base/limits.h"
#include "dlis/base/memory.h"
#include "dlis/base/text.h"
#include "dlis/hardware/topology.h"
#include "dlis/model/dense_layer.h"
#include "dlis/model/op.h"
#include "dlis/model/passes.h"
#include "dlis/runtime/choose.h"
#include "dlis/runtime/contest.h"
#include "dlis/runtime/draft.h"
#include "dlis/runtime/equal_scales.h"
#include "dlis/runtime/memory.h"
#include "dlis/runtime/packed.h"
#include "dlis/runtime/quantised.h"
#include "dlis/runtime/sides.h"

namespace dlis {
namespace {

constexpr double kHopelessTypes = 1.3;  // times the chosen plan's time, by the layers' times

Status check_options(const PlanOptions& options) {
  const auto known = [](std::string_view kind, const std::string& name, auto rows) -> Status {
    if (name == "auto" || std::ranges::any_of(rows, [&](auto* row) { return name == row->name; }))
      return {};
    return tl::unexpected(unknown_row(kind, name, names_of(rows)));
  };
  DLIS_TRY(known("format", options.format, formats()));
  DLIS_TRY(known("compute row", options.compute, conv_rows()));
  if (options.schedule != "auto") DLIS_TRY(parse_schedule(options.schedule));
  if (options.threads < 1 || options.threads > kMostThreads)
    return fail(fmt::format("cannot plan for {} threads", options.threads), "--threads",
                fmt::format("give 1 to {}", kMostThreads));
  return {};
}

std::size_t weights_of(const std::vector<LoweredStep>& steps) {
  std::size_t bytes = 0;
  for (const LoweredStep& layer : steps)
    if (layer.weights.has_value() && !layer.weights.is_hollow()) bytes += layer.weights.bytes();
  return bytes;
}

// A named format or row that no layer takes makes the stack meaningless.
Status check_accepted(const Plan& plan) {
  const Step* first = nullptr;
  for (const Step& step : plan.steps) {
    if (!step.conv_row) continue;
    if (!step.fallback) return {};
    if (!first) first = &step;
  }
  if (!first) return {};
  const auto refused =
      std::ranges::find_if(first->candidates, [](auto& c) { return !c.refusal.empty(); });
  const auto& o = plan.options;
  return refusal(fmt::format(
      "no layer accepts {} with {} on {}: {}: {}", o.format, o.compute, o.device, first->name,
      refused == first->candidates.end() ? "no such row" : refused->refusal));
}

void add_shares(Plan& plan) {
  plan.weights_bytes = plan.scratch_bytes = 0;
  double macs = 0, fallback = 0;
  for (const Step& step : plan.steps) {
    if (!step.conv_row) continue;
    macs += double(step.conv.macs());
    if (step.fallback) fallback += double(step.conv.macs());
  }
  plan.fallback_macs = macs > 0 ? fallback / macs : 0;
  for (const Step& step : plan.steps) {
    plan.weights_bytes += step.weights_bytes;
    plan.scratch_bytes = std::max(plan.scratch_bytes, step.scratch_bytes);
  }
}

// Weights that live on in a step's packed form are given back.
void drop_constants(Graph& graph, const std::vector<ValueId>& consumed,
                    const std::vector<Step>& steps) {
  std::vector<bool> kept(graph.values.size());
  for (const Step& step : steps)
    for (ValueId id : step.inputs)
      if (id != kNoValue) kept[std::size_t(id)] = true;
  for (ValueId id : graph.outputs) kept[std::size_t(id)] = true;
  for (ValueId id : consumed)
    if (!kept[std::size_t(id)]) graph.value(id).constant = Tensor();
}

std::size_t bytes_of(const Graph& graph, ValueId id) {
  return std::size_t(graph.value(id).shape->elements()) * size_of(graph.value(id).type);
}

// Step i is moment i + 1; inputs are written at moment 0, outputs are read after the last.
void lay_out_arena(Plan& plan, const std::vector<LoweredStep>& layers) {
  std::map<ValueId, Block> blocks;
  const auto root_of = [&](ValueId id) { return plan.placements[std::size_t(id)].root; };
  const auto touch = [&](ValueId id, int moment) {
    if (id == kNoValue || root_of(id) == kNoValue) return;
    auto [it, added] = blocks.try_emplace(root_of(id));
    if (added) it->second = {bytes_of(plan.graph, root_of(id)), moment, moment, 0};
    it->second.first = std::min(it->second.first, moment);
    it->second.last = std::max(it->second.last, moment);
  };
  for (ValueId id : plan.graph.inputs) touch(id, 0);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    for (ValueId id : layers[i].step.inputs) touch(id, int(i) + 1);
    for (ValueId id : layers[i].step.outputs) touch(id, int(i) + 1);
  }
  for (ValueId id : plan.graph.outputs) touch(id, int(layers.size()) + 1);
  std::vector<Block> list;
  for (const auto& [root, block] : blocks) list.push_back(block);
  plan.arena_bytes = lay_out(list);
  plan.live_bytes = largest_live_sum(list);
  std::size_t i = 0;
  for (const auto& [root, block] : blocks)
    plan.placements[std::size_t(root)].arena_offset = list[i++].offset;
}

// The arena and the packed weights come on top of what the process holds already.
Status check_memory(const Plan& plan, std::size_t weights) {
  const double needed = double(plan.arena_bytes) + double(weights);
  const std::int64_t available = available_memory();
  if (needed <= double(available)) return {};
  return fail(
      fmt::format("the plan needs {}, only {} are available",
                  format_bytes(std::int64_t(std::min(needed, 9e18))), format_bytes(available)),
      plan.graph.name, "take a smaller batch or input");
}

// Kernels of layers with weights divide by extents.
Status check_computable(const Graph& graph) {
  const auto of_weights = [&](const Node& node) {
    const std::string_view op = node.op->name;
    return (is_convolution(node) || op == "Gemm" || op == "MatMul") &&
           graph.is_constant(node.inputs[1]);
  };
  for (const Node& node : graph.nodes) {
    std::vector<ValueId> ids = node.inputs;
    ids.insert(ids.end(), node.outputs.begin(), node.outputs.end());
    for (ValueId id : ids)
      if (id != kNoValue && of_weights(node) && graph.value(id).shape &&
          graph.value(id).shape->elements() == 0)
        return fail(fmt::format("value '{}' has no elements ({})", graph.value(id).name,
                                graph.value(id).shape->text()),
                    fmt::format("the {} node that makes '{}'", node.op->name,
                                graph.value(node.outputs[0]).name),
                    "give every axis at least 1");
  }
  for (ValueId id : graph.outputs)
    if (graph.nodes.empty() && std::ranges::count(graph.inputs, id) > 0)
      return fail(
          fmt::format("the output '{}' is an input that no layer reads", graph.value(id).name),
          graph.name, "there is nothing to compute");
  return {};
}

// The choices of another network's plan would be ignored without a word.
Status check_choices(const Choices& choices, const Graph& graph) {
  for (const auto& decided : choices)
    if (std::ranges::none_of(graph.values, [&](const Value& v) { return v.name == decided.first; }))
      return fail(
          fmt::format("the plan decides layer '{}', which this network has not", decided.first), "",
          "plan this network anew");
  return {};
}

}  // namespace

Result<Prepared> prepare_types(const Graph& graph, const PlanOptions& options) {
  DLIS_TRY(check_options(options));
  if (graph.packed) {
    DLIS_TRY(check_computable(graph));
    PlanOptions settled = DLIS_TRY(packed_options(graph, options));
    return Prepared{graph, std::move(settled), {}};
  }
  Prepared out{with_equal_scales(DLIS_TRY(prepare(graph))), options, {}};
  out.options.device = DLIS_TRY(settled_devices(options.device));
  DLIS_TRY(check_computable(out.graph));
  out.types = choose_types(out.graph, out.options);
  return out;
}

Result<Draft> make_draft(const Prepared& prepared, const std::set<std::string>& in_f32) {
  Draft draft;
  draft.plan = std::make_shared<Plan>();
  Plan& plan = *draft.plan;
  plan.options = prepared.options;
  plan.graph = prepared.graph.packed
                   ? prepared.graph
                   : DLIS_TRY(settle_types(prepared.graph, prepared.types.stands, in_f32));
  DLIS_TRY(check_choices(plan.options.choices, plan.graph));
  Placements placements = place(plan.graph);
  draft.layers = DLIS_TRY(lower(plan.graph, placements, plan.options));
  DLIS_TRY(check_packed(plan.graph, draft.layers));
  plan.placements = std::move(placements.of);
  lay_out_arena(plan, draft.layers);
  DLIS_TRY(check_memory(plan, weights_of(draft.layers)));
  draft.fixed.bytes = plan.arena_bytes;
  const ScheduleSpec schedule =
      *parse_schedule(plan.options.schedule == "auto" ? "static" : plan.options.schedule);
  for (LoweredStep& layer : draft.layers) {
    if (layer.weights.is_hollow()) DLIS_TRY(take_packed(*plan.graph.packed, layer));
    if (layer.weights.has_value()) continue;
    if (layer.step.op_row) {
      if (plan.options.device != "cpu" && !is_chain(plan.options.device))
        place_operator(layer.step, plan.options.device);
      DLIS_TRY(settle_operator(layer.step, schedule, plan.graph));
    }
    draft.fixed.bytes += layer.step.weights_bytes;
    draft.fixed.scratch = std::max(draft.fixed.scratch, layer.step.scratch_bytes);
  }
  return draft;
}

namespace {

using PlanPointer = std::shared_ptr<Plan>;

std::string why_types(const Prepared& prepared, const std::set<std::string>& in_f32,
                      const std::string& layer) {
  const auto it = prepared.types.layers.find(layer);
  if (it == prepared.types.layers.end()) return {};
  TypeDecision decision = it->second;
  decision.in_f32 = in_f32.contains(layer);
  return text_of(decision);
}

Result<PlanPointer> decided_plan(const Prepared& prepared, const std::set<std::string>& in_f32) {
  auto [plan, layers, fixed] = DLIS_TRY(make_draft(prepared, in_f32));
  const PlanOptions& options = plan->options;
  std::vector<ValueId> consumed;
  for (const LoweredStep& layer : layers)
    consumed.insert(consumed.end(), layer.consumed.begin(), layer.consumed.end());
  Chooser chooser(options, layers, fixed);
  DLIS_TRY(chooser.consider(layers));
  DLIS_TRY(chooser.decide(layers, options.memory_bytes));
  chooser.split(layers);
  chooser.decide_workers(layers);
  for (LoweredStep& layer : layers) {
    if (layer.weights.has_value()) DLIS_TRY(chooser.pack(layer, layer.step));
    plan->steps.push_back(std::move(layer.step));
    plan->steps.back().types = why_types(prepared, in_f32, plan->steps.back().name);
    if (options.tune == Tune::full) continue;
    layer.weights = layer.bias = Tensor();
    layer.given.reset();
  }
  DLIS_TRY(check_accepted(*plan));
  if (is_chain(options.device)) DLIS_TRY(follow_producers(*plan));
  add_shares(*plan);
  if (options.tune == Tune::full) {
    DLIS_TRY(settle_inside(plan, layers, chooser));
    add_shares(*plan);
  }
  layers.clear();
  if (!options.keep_weights) drop_constants(plan->graph, consumed, plan->steps);
  plan->pack_ms = chooser.pack_ms();
  return plan;
}

// Whether a second plan of about this size may be held for a while.
bool fits_beside(const Plan& plan) {
  return 2 * double(plan.peak_bytes()) < 0.9 * double(available_memory());
}

// Layers timed alone may mislead, so the plan that has one type wherever it may runs in turns with
// the one chosen, unless the layers' times say that it is much slower; a faster one takes its
// place. Where the chosen types do not fit the memory, others may.
Result<PlanPointer> plan_of_fastest_types(const Prepared& prepared) {
  auto plan = decided_plan(prepared, prepared.types.in_f32);
  const PlanOptions& options = prepared.options;
  Fastest fastest{plan ? *plan : nullptr, prepared.types.name, RivalPlan::Uses::type, {}};
  for (const OtherTypes& other : prepared.types.others) {
    // Within a budget the times alone say little.
    const bool hopeless = options.memory_bytes == 0 && other.predicted_ratio > kHopelessTypes;
    if (fastest.plan && (options.tune == Tune::off || hopeless || !fits_beside(*fastest.plan))) {
      fastest.rivals.push_back({other.name, other.predicted_ratio, false, RivalPlan::Uses::type});
      continue;
    }
    auto rival = decided_plan(prepared, other.in_f32);
    DLIS_TRY(check_going_on(options));
    if (rival) DLIS_TRY(fastest.challenge(*rival, other.name));
    if (!rival && !fastest.plan && other.in_f32.empty()) plan = std::move(rival);  // the smallest
  }
  if (!fastest.plan) return plan;
  return fastest.with_rivals();
}

// A layer is timed alone with its values in the processor's memory, which a device has to copy;
// between two layers of the device nothing is copied (resnet18@224 on 16 processors and a GPU: 2.4
// ms by the layers' times, 0.9 ms on the GPU alone). So plans of one device run in turns with a
// chain's.
Result<PlanPointer> plan_of_fastest_devices(const Prepared& prepared) {
  const PlanPointer plan = DLIS_TRY(plan_of_fastest_types(prepared));
  const PlanOptions& options = prepared.options;
  if (!is_chain(options.device) || options.tune == Tune::off || options.compute != "auto" ||
      !options.choices.empty())
    return plan;
  Fastest fastest{plan, options.device, RivalPlan::Uses::device, {}};
  for (const std::string_view device : split(options.device, '+')) {
    if (!fits_beside(*fastest.plan)) break;
    Prepared alone = prepared;
    alone.options.device = device;
    const auto rival = plan_of_fastest_types(alone);
    DLIS_TRY(check_going_on(options));
    if (!rival) continue;  // it may be too large
    (*rival)->options.device = options.device;
    for (Step& step : (*rival)->steps)
      if (step.conv_row) step.split.why_whole = fmt::format("the whole on {} is faster", device);
    DLIS_TRY(fastest.challenge(*rival, std::string(device)));
  }
  return fastest.with_rivals();
}

}  // namespace

Result<std::shared_ptr<const Plan>> make_plan(const Graph& graph, const PlanOptions& options) {
  try {
    const double start = now_ms();
    const Prepared prepared = DLIS_TRY(prepare_types(graph, options));
    const PlanPointer plan = DLIS_TRY(plan_of_fastest_devices(prepared));
    plan->options.go_on = {};
    plan->plan_ms = now_ms() - start;
    return_freed_memory();  // copies of weights between the plan's own leave megabytes behind
    return std::shared_ptr<const Plan>(plan);
  } catch (const std::bad_alloc&) {
    return fail("there is not enough memory to plan it", graph.name,
                "take a smaller batch or input");
  }
}

}  // namespace dlis
