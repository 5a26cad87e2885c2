// Plans again what was measured, by the choices that its record holds.
#include "dlis/explore/export/packing.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "dlis/explore/layers.h"
#include "dlis/runtime/file.h"

namespace dlis {
namespace {

// That of the machine on which a record was timed (machine_text()).
std::optional<Isa> isa_of(const Record& record) {
  const std::string machine = record.text("machine");
  const std::string timed_on = machine.substr(0, machine.find(';'));
  for (int i = 0; name_of(Isa(i)) != "unknown"; ++i)
    if (timed_on.ends_with(fmt::format(", {}", name_of(Isa(i))))) return Isa(i);
  return std::nullopt;
}

// The plan that was measured, as choices; none where it was another instruction set's, or the
// record does not know it.
Choices measured_choices(const Record& record) {
  Choices choices;
  const auto layers = layers_from_json(record.text("layers"));
  if (!layers || isa_of(record) != host_isa()) return choices;
  const std::string schedule = record.text("schedule");
  for (const LayerCost& layer : *layers)
    if (!layer.format.empty())
      choices[layer.name] = {layer.row, layer.format, schedule == "auto" ? "static" : schedule,
                             layer.type};
  return choices;
}

PlanOptions packing_options(const Stack& stack) {
  PlanOptions options;
  options.threads = stack.threads;
  options.tune = Tune::off;
  options.keep_weights = true;
  return options;
}

// For the named format and algorithm, on the instruction set that they were measured on; null: only
// `auto` is named, or that is not known.
PlanPointer plan_of_names(const Graph& graph, const Stack& stack, const Record& record) {
  const auto isa = isa_of(record);
  if (!isa || (stack.format == "auto" && stack.compute == "auto")) return nullptr;
  PlanOptions options = packing_options(stack);
  options.format = stack.format;
  options.compute = stack.compute;
  options.isa = *isa;
  const auto plan = make_plan(graph, options);
  return plan ? *plan : nullptr;
}

}  // namespace

Result<PlanPointer> plan_to_pack(const Graph& graph, const Stack& stack, const Record& record,
                                 const std::filesystem::path& saved,
                                 std::vector<std::string>& notes) {
  PlanOptions options = packing_options(stack);
  if (!saved.empty()) {
    options.choices = DLIS_TRY(load_choices(saved));
    options.isa = DLIS_TRY(load_isa(saved));
    return make_plan(graph, options);
  }
  options.choices = measured_choices(record);
  std::string why = "it was measured on " + record.text("machine");
  if (!options.choices.empty()) {
    auto plan = make_plan(graph, options);
    if (plan) return plan;
    why = plan.error().message();
  }
  PlanPointer named = plan_of_names(graph, stack, record);
  notes.push_back(fmt::format(
      "The plan that was measured is not known here ({}), so that {}. `dlis-run "
      "{} --input input.npy --tune -o board.plan` plans it there by measuring, and `dlis export "
      "... --for board.plan` packs for that plan.",
      why,
      named ? "the rows of `network.dlis` are those of an estimate"
            : "`network.dlis` holds canonical weights",
      named ? "network.canonical.dlis" : "network.dlis"));
  return named;
}

Result<PlanPointer> plan_to_expect(const Graph& graph, const Stack& stack, bool is_packed) {
  PlanOptions options;
  options.threads = stack.threads;
  options.tune = Tune::off;
  if (is_packed) options.format = stack.format;
  return make_plan(graph, options);
}

bool holds_exactly(const Plan& plan) {
  std::set<std::string> real;  // layers whose weights are f32
  for (const Node& node : plan.graph.nodes) {
    if (node.inputs.size() < 2 || node.inputs[1] == kNoValue) continue;
    const Value& weights = plan.graph.value(node.inputs[1]);
    if (weights.type == DType::f32 && !weights.quant)
      real.insert(plan.graph.value(node.outputs[0]).name);
  }
  return std::ranges::none_of(plan.steps, [&](const Step& step) {
    return step.conv_row && !step.conv.format->exact && real.contains(step.name);
  });
}

double output_tolerance(const Plan& plan) {
  const auto rounds = [](const Step& step) {
    return std::ranges::any_of(step.writes, [](const TensorDesc& desc) {
      return desc.type == DType::i8 || desc.type == DType::u8 || desc.type == DType::bf16 ||
             desc.type == DType::f16;
    });
  };
  return std::ranges::any_of(plan.steps, rounds) ? kRoundedTolerance : 1e-4;
}

}  // namespace dlis
