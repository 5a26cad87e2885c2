// Takes every decision about a graph: passes, places, rows, packed weights, arena.
#include "dlis/runtime/plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "dlis/base/clock.h"
#include "dlis/base/memory.h"
#include "dlis/base/text.h"
#include "dlis/hardware/device.h"
#include "dlis/hardware/topology.h"
#include "dlis/model/op.h"
#include "dlis/model/passes.h"
#include "dlis/runtime/choose.h"
#include "dlis/runtime/memory.h"

namespace dlis {
namespace {

constexpr int kMostThreads = 1024;

Status check_options(const PlanOptions& options) {
  const auto known = [](std::string_view kind, const std::string& name, auto rows) -> Status {
    if (name == "auto" || std::ranges::any_of(rows, [&](auto* row) { return name == row->name; }))
      return {};
    return tl::unexpected(unknown_name(kind, name, names_of(rows)));
  };
  DLIS_TRY(known("format", options.format, formats()));
  DLIS_TRY(known("compute row", options.compute, conv_rows()));
  if (options.schedule != "auto") DLIS_TRY(parse_schedule(options.schedule));
  if (options.threads < 1 || options.threads > kMostThreads)
    return fail(fmt::format("cannot plan for {} threads", options.threads), "--threads",
                fmt::format("give 1 to {}", kMostThreads));
  return {};
}

// The device's row: `opencl` and `opencl:0` are the same.
Result<std::string> settled_device(const std::string& text) {
  if (text.find('+') != std::string::npos)
    return refusal(fmt::format("{}: a network runs on one device so far, not on several", text));
  const std::string name = text.substr(0, text.find(':'));
  const Device* device = find_device(name);
  if (!device) return tl::unexpected(unknown_name("device", name, names_of(devices())));
  if (const Verdict verdict = device->available(); !verdict) return refusal(verdict.reason);
  if (text != name && text != name + ":0")
    return refusal(fmt::format("{}: only the first device of a kind is used so far", text));
  return name;
}

std::size_t weights_of(const std::vector<LoweredStep>& steps) {
  std::size_t bytes = 0;
  for (const LoweredStep& layer : steps)
    if (layer.weights.has_value()) bytes += layer.weights.bytes();
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

void settle_operator(Step& step, const ScheduleSpec& schedule, const Graph& graph) {
  const OpRow& row = *step.op_row;
  step.schedule = schedule;
  step.packed = Buffer(row.packed_bytes(step.other, nullptr));
  row.pack(step.other, nullptr, nullptr, step.packed.data());
  step.scratch_bytes = row.scratch_bytes(step.other);
  step.weights_bytes = step.packed.size();
  for (ValueId id : step.inputs)
    if (graph.is_constant(id)) step.weights_bytes += graph.value(id).constant.bytes();
}

void add_shares(Plan& plan) {
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
    return (op == "Conv" || op == "Gemm" || op == "MatMul") && graph.is_constant(node.inputs[1]);
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

Result<std::shared_ptr<const Plan>> make_plan(const Graph& graph, const PlanOptions& options) {
  DLIS_TRY(check_options(options));
  const double start = now_ms();
  auto plan = std::make_shared<Plan>();
  plan->options = options;
  plan->options.device = DLIS_TRY(settled_device(options.device));
  plan->graph = DLIS_TRY(prepare(graph));
  DLIS_TRY(check_computable(plan->graph));
  DLIS_TRY(check_choices(options.choices, plan->graph));
  Placements placements = place(plan->graph);
  auto layers = DLIS_TRY(lower(plan->graph, placements, options.threads));
  plan->placements = std::move(placements.of);
  lay_out_arena(*plan, layers);
  DLIS_TRY(check_memory(*plan, weights_of(layers)));
  std::vector<ValueId> consumed;
  for (const LoweredStep& layer : layers)
    consumed.insert(consumed.end(), layer.consumed.begin(), layer.consumed.end());
  Chooser chooser(plan->options, weights_of(layers));
  for (LoweredStep& layer : layers) {
    if (layer.weights.has_value()) {
      DLIS_TRY(chooser.choose(layer));
    } else {
      settle_operator(layer.step, chooser.schedule(), plan->graph);
    }
    layer.weights = layer.bias = Tensor();
    plan->steps.push_back(std::move(layer.step));
  }
  DLIS_TRY(check_accepted(*plan));
  drop_constants(plan->graph, consumed, plan->steps);
  add_shares(*plan);
  plan->pack_ms = chooser.pack_ms();
  plan->plan_ms = now_ms() - start;
  return std::shared_ptr<const Plan>(std::move(plan));
}

}  // namespace dlis
