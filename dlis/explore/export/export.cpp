// Makes the network again, packs it, runs it once, and writes the folder.
#include "dlis/explore/export/export.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dlis/base/file.h"
#include "dlis/base/new_folder.h"
#include "dlis/base/text.h"
#include "dlis/explore/command.h"
#include "dlis/explore/describe.h"
#include "dlis/explore/export/files.h"
#include "dlis/explore/export/packing.h"
#include "dlis/explore/load.h"
#include "dlis/explore/observe.h"
#include "dlis/format/npy.h"
#include "dlis/hardware/machine.h"
#include "dlis/model/onnx/onnx.h"
#include "dlis/runtime/file.h"

namespace dlis {
namespace {

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
      about = fmt::format("the first of the images that its accuracy is of, `{}`", data);
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

// A command names files from the folder in which it was given.
Status check_is_there(const Asked& asked, const Entry& entry) {
  const auto file = file_of_model(asked.stack.model);
  std::error_code ignored;
  if (!file || file->is_absolute() || std::filesystem::exists(*file, ignored)) return {};
  return fail(fmt::format("there is no such file, which record {} names", entry.number),
              file->string(), "go to the folder in which `dlis explore` ran, or put it back");
}

// The network that was measured, made again by its command's options.
Result<Graph> network_of(const Asked& asked, const ExportOptions& options, const Entry& entry) {
  EvaluateOptions as = asked.options;
  as.checkpoints = options.checkpoints;
  as.progress = options.progress;
  DLIS_TRY(check_is_there(asked, entry));
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

// Before a step that may take seconds.
Status check_going_on(const ExportOptions& options, std::string_view step, double share) {
  if (!options.progress || options.progress(step, share)) return {};
  return fail("stopped");
}

}  // namespace

Result<Exported> export_record(const Entry& entry, const std::string& store,
                               const ExportOptions& options) {
  const Asked asked = DLIS_TRY(asked_of(entry));
  NewFolder made = DLIS_TRY(NewFolder::make(options.folder));
  Folder folder;
  folder.entry = entry;
  folder.store = store;
  folder.threads = asked.stack.threads;
  folder.graph = DLIS_TRY(network_of(asked, options, entry));
  DLIS_TRY(check_going_on(options, "packing", 0));
  const PlanPointer packed =
      DLIS_TRY(plan_to_pack(folder.graph, asked.stack, entry.record, options.plan, folder.notes));
  DLIS_TRY(check_going_on(options, "writing", 0.3));
  DLIS_TRY(save_networks(packed, made.path(), folder));
  DLIS_TRY(check_going_on(options, "running", 0.7));
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
