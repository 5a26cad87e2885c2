// Fits the packed layers of a file to the lowered layers of its graph.
#include "dlis/runtime/packed.h"

#include <fmt/format.h>

#include <algorithm>

#include "dlis/runtime/layer_timer.h"

namespace dlis {
namespace {

constexpr const char* kPackAgain = "pack the model again: `dlis pack MODEL -o FILE`";

LayerChoice choice_of(const PackedLayer& layer) {
  return {layer.row, layer.format, layer.schedule, layer.type, layer.workers, layer.cut};
}

tl::unexpected<Error> misfit(const LoweredStep& layer, std::string what) {
  return fail(std::move(what), fmt::format("layer '{}'", layer.step.name), kPackAgain);
}

}  // namespace

std::string packed_line(ConvProblem problem) {
  problem.workers = 1;
  problem.label.clear();
  return line(problem);
}

Result<PlanOptions> packed_options(const Graph& graph, PlanOptions options) {
  const PackedLayers& packed = *graph.packed;
  if (packed.isa != name_of(options.isa))
    return fail(fmt::format("its weights are packed for {}, this machine runs {}", packed.isa,
                            name_of(options.isa)),
                graph.name, kPackAgain);
  const auto differs = [&](const auto& choice) {
    const auto layer = packed.layers.find(choice.first);
    return layer == packed.layers.end() || choice_of(layer->second) != choice.second;
  };
  if (options.format != "auto" || options.compute != "auto" || options.device != "cpu" ||
      std::ranges::any_of(options.choices, differs))
    return fail("the file holds a plan with its formats, rows and device", graph.name,
                "leave these options out, or take the ONNX file");
  options.tune = Tune::off;
  options.choices.clear();
  for (const auto& [name, layer] : packed.layers)
    if (layer.bytes.empty()) options.choices[name] = choice_of(layer);
  return options;
}

Status take_packed(const PackedLayers& packed, LoweredStep& layer) {
  Step& step = layer.step;
  const auto found = packed.layers.find(step.name);
  if (found == packed.layers.end() || found->second.bytes.empty())
    return misfit(layer, "the file has no weights for it");
  const PackedLayer& from = found->second;
  const ConvRow* row = find_conv_row(from.row);
  const Format* format = find_format(from.format);
  const auto schedule = parse_schedule(from.schedule);
  if (!row || !row->portable || !format || !schedule)
    return misfit(layer,
                  fmt::format("the file names {} | {} | {}, which this version does not have",
                              from.format, from.row, from.schedule));
  ConvProblem problem = with_format(step.conv, format, from.density);
  if (from.workers > 0) step.workers = problem.workers = std::min(from.workers, problem.workers);
  problem.workers = std::max(from.cut, problem.workers);
  if (packed_line(problem) != from.problem)
    return misfit(
        layer, fmt::format("it was packed as {}, but is {}", from.problem, packed_line(problem)));
  if (const Verdict verdict = accepts(*row, problem); !verdict)
    return misfit(layer, fmt::format("the row {} refuses it: {}", from.row, verdict.reason));
  if (row->packed_bytes(problem, nullptr) != from.bytes.size())
    return misfit(layer,
                  fmt::format("its packed weights have {} bytes, {} has {}", from.bytes.size(),
                              from.row, row->packed_bytes(problem, nullptr)));
  step.conv = problem;
  step.conv_row = row;
  step.schedule = *schedule;
  step.packed = Buffer(from.bytes.data(), from.bytes.size(), packed.keeper);
  step.weights_bytes = step.packed.size();
  step.scratch_bytes = row->scratch_bytes(problem);
  step.candidates = {
      {row, format, 0, {}, true, false, step.weights_bytes, step.scratch_bytes, from.density}};
  layer.weights = layer.bias = Tensor();
  return {};
}

Status check_packed(const Graph& graph, const std::vector<LoweredStep>& layers) {
  if (!graph.packed) return {};
  for (const LoweredStep& layer : layers) {
    const auto hollow = [&](ValueId id) {
      return graph.is_constant(id) && graph.value(id).constant.is_hollow();
    };
    const bool half = layer.weights.has_value() && !layer.weights.is_hollow() &&
                      layer.bias.has_value() && layer.bias.is_hollow();
    if (half || std::ranges::any_of(layer.step.inputs, hollow))
      return misfit(layer, "the file has no weights for it");
  }
  return {};
}

}  // namespace dlis
