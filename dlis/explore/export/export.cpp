// Makes the network again, packs it, runs it once, and writes the folder.
#include "dlis/explore/export/export.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "dlis/base/file.h"
#include "dlis/base/new_folder.h"
#include "dlis/base/text.h"
#include "dlis/explore/command.h"
#include "dlis/explore/describe.h"
#include "dlis/explore/export/files.h"
#include "dlis/explore/layers.h"
#include "dlis/explore/observe.h"
#include "dlis/format/npy.h"
#include "dlis/hardware/machine.h"
#include "dlis/model/onnx/onnx.h"
#include "dlis/runtime/file.h"

namespace dlis {
namespace {

using PlanPointer = std::shared_ptr<const Plan>;

constexpr double kTolerance = 1e-4, kRoundedTolerance = 0.02;

Result<Asked> asked_of(const Entry& entry) {
  const std::string command = entry.record.text("command");
  const std::string name = fmt::format("record {}", entry.number);
  if (command.empty())
    return fail("the record does not say how it was measured", name, "explore it again");
  Asked asked = DLIS_TRY(parse_command(command));
  if (asked.stack.device != "cpu")
    return fail(fmt::format("the stack computes on {}, and a .dlis file holds plans for cpu",
                            asked.stack.device),
                name, "pick a stack for cpu");
  return asked;
}

// Files may have changed since, and nothing else would tell.
Status check_is_measured(const Graph& graph, const Entry& entry) {
  Record now;
  describe(graph, now);
  for (const char* field : {"parameters", "macs", "density"}) {
    const auto then = entry.record.number(field);
    if (!then || std::abs(*then - *now.number(field)) <= 1e-6 * *then) continue;
    return fail(
        fmt::format("the network is not the one that was measured: its {} is {:.6g}, it was "
                    "{:.6g}",
                    field, *now.number(field), *then),
        fmt::format("record {}", entry.number), "explore it again");
  }
  return {};
}

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

// What network.dlis is packed for; null: its weights are canonical. A note says what is not as it
// was measured.
Result<PlanPointer> plan_to_pack(const Graph& graph, const Stack& stack, const Record& record,
                                 const std::filesystem::path& saved, Folder& folder) {
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
  folder.notes.push_back(fmt::format(
      "The plan that was measured is not known here ({}), so that {}. `dlis-run "
      "{} --input input.npy --tune -o board.plan` plans it there by measuring, and `dlis export "
      "... --for board.plan` packs for that plan.",
      why,
      named ? "the rows of `network.dlis` are those of an estimate"
            : "`network.dlis` holds canonical weights",
      named ? "network.canonical.dlis" : "network.dlis"));
  return named;
}

// What computes here the outputs to expect elsewhere: canonical weights as a device plans them, or
// weights in the format that another machine's file has them in.
Result<PlanPointer> plan_to_expect(const Graph& graph, const Stack& stack, bool is_packed) {
  PlanOptions options;
  options.threads = stack.threads;
  options.tune = Tune::off;
  if (is_packed) options.format = stack.format;
  return make_plan(graph, options);
}

// Whether no layer's format rounds its weights; those that the network has in bytes are bytes
// already.
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

// `cifar10:DIR?split=test&limit=1000`, of which no more than so many images are wanted.
std::string first_of(const std::string& data, std::int64_t images) {
  const std::size_t question = data.find('?');
  std::vector<std::string> options;
  if (question != std::string::npos)
    for (const std::string_view option : split(std::string_view(data).substr(question + 1), '&'))
      if (!option.starts_with("limit=")) options.emplace_back(option);
  options.push_back(fmt::format("limit={}", images));
  return data.substr(0, question) + "?" + join(options, "&");
}

// The first images of what the accuracy was measured on, or random values.
Result<std::vector<Tensor>> inputs_of(const Graph& graph, const std::string& data,
                                      std::string& about) {
  const Value& first = graph.value(graph.inputs[0]);
  if (!data.empty() && graph.inputs.size() == 1 && first.type == DType::f32) {
    const std::int64_t batch = (*first.shape)[0];
    const Preprocessing how = DLIS_TRY(preprocessing_of(graph.metadata));
    const Dataset images = DLIS_TRY(load_dataset(first_of(data, batch), graph));
    if (images.size() >= batch) {
      about = fmt::format("the first of its images, `{}`", data);
      return std::vector{batch_of(images, how, 0, batch)};
    }
  }
  about = "random values";
  return random_inputs(graph);
}

// "input.npy", or "input0.npy", "input1.npy", ... where there are several.
std::vector<std::string> names_for(const char* what, std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i)
    names.push_back(fmt::format("{}{}.npy", what, count == 1 ? "" : std::to_string(i)));
  return names;
}

Status save_all(const std::vector<Tensor>& tensors, const std::vector<std::string>& names,
                const std::filesystem::path& at) {
  for (std::size_t i = 0; i < tensors.size(); ++i) DLIS_TRY(save_npy(tensors[i], at / names[i]));
  return {};
}

// Files may be gone that a command names from the folder in which it was given.
Result<Graph> network_of(const Asked& asked, const ExportOptions& options, const Entry& entry) {
  EvaluateOptions as = asked.options;
  as.checkpoints = options.checkpoints;
  as.progress = options.progress;
  Graph graph = DLIS_TRY(Prefixes(std::move(as)).network_of(asked.stack));
  if (graph.packed)
    return fail("its weights are packed for one plan", asked.stack.model, "explore the ONNX file");
  if (graph.inputs.empty()) return fail("the network has no input", asked.stack.model);
  DLIS_TRY(check_is_measured(graph, entry));
  return graph;
}

Status save_networks(const PlanPointer& packed, const std::filesystem::path& at, Folder& folder) {
  if (const auto onnx = serialise_onnx(folder.graph))
    DLIS_TRY(write_file_atomic(at / "network.onnx", *onnx));
  else
    folder.notes.push_back("There is no network.onnx: " + onnx.error().message() + ".");
  folder.has_onnx = std::filesystem::exists(at / "network.onnx");
  if (!packed) return save_dlis(folder.graph, at / "network.dlis");
  DLIS_TRY(save_dlis(*packed, at / "network.dlis"));
  folder.packed_for = name_of(packed->options.isa);
  folder.has_canonical = holds_exactly(*packed);
  if (folder.has_canonical) return save_dlis(folder.graph, at / "network.canonical.dlis");
  folder.notes.push_back(
      "There is no file for other processors: the plan's formats round the weights, and canonical "
      "ones are those before. `dlis export ... --for PLAN` packs for a plan of another processor.");
  return {};
}

Status run_once(const PlanPointer& packed, const Asked& asked, const std::filesystem::path& at,
                Folder& folder) {
  const bool is_ours = packed && packed->options.isa == host_isa();
  const PlanPointer plan =
      is_ours ? packed : DLIS_TRY(plan_to_expect(folder.graph, asked.stack, packed != nullptr));
  const auto inputs = DLIS_TRY(inputs_of(folder.graph, asked.options.data, folder.input));
  Session session = DLIS_TRY(Session::open(plan));
  const auto outputs = DLIS_TRY(session.run(inputs));
  folder.tolerance = output_tolerance(packed ? *packed : *plan);
  if (packed && !is_ours && !folder.has_canonical) folder.tolerance = kRoundedTolerance;
  folder.inputs = names_for("input", inputs.size());
  folder.outputs = names_for("logits", outputs.size());
  DLIS_TRY(save_all(inputs, folder.inputs, at));
  return save_all(outputs, folder.outputs, at);
}

}  // namespace

double output_tolerance(const Plan& plan) {
  const auto rounds = [](const Step& step) {
    return std::ranges::any_of(step.writes, [](const TensorDesc& desc) {
      return desc.type == DType::i8 || desc.type == DType::u8 || desc.type == DType::bf16 ||
             desc.type == DType::f16;
    });
  };
  return std::ranges::any_of(plan.steps, rounds) ? kRoundedTolerance : kTolerance;
}

Result<Exported> export_record(const Entry& entry, const std::string& store,
                               const ExportOptions& options) {
  const Asked asked = DLIS_TRY(asked_of(entry));
  NewFolder made = DLIS_TRY(NewFolder::make(options.folder));
  Folder folder;
  folder.entry = entry;
  folder.store = store;
  folder.threads = asked.stack.threads;
  folder.graph = DLIS_TRY(network_of(asked, options, entry));
  const PlanPointer packed =
      DLIS_TRY(plan_to_pack(folder.graph, asked.stack, entry.record, options.plan, folder));
  DLIS_TRY(save_networks(packed, made.path(), folder));
  DLIS_TRY(run_once(packed, asked, made.path(), folder));
  for (const auto& [name, text] : texts_of(folder))
    DLIS_TRY(write_file_atomic(made.path() / name, text));
  Exported out{{}, folder.notes};
  for (const auto& file : std::filesystem::directory_iterator(made.path()))
    out.files.push_back(file.path().filename().string());
  std::ranges::sort(out.files);
  DLIS_TRY(made.finish());
  return out;
}

}  // namespace dlis
