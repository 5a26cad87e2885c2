// Compresses step by step, and looks at the network before and after.
#include "dlis/explore/predict.h"

#include <fmt/format.h>

#include <algorithm>

#include "dlis/compress/channel_prune.h"
#include "dlis/compress/training.h"
#include "dlis/explore/layer_times.h"
#include "dlis/model/op.h"

namespace dlis {
namespace {

std::int64_t stored_bytes(const Graph& graph) {
  std::int64_t bytes = 0;
  for (const Value& value : graph.values)
    if (value.constant.has_value()) bytes += std::int64_t(value.constant.bytes());
  return bytes;
}

double estimated_ms(const Plan& plan) {
  double ms = 0;
  for (const Step& step : plan.steps)
    for (const Candidate& candidate : step.candidates)
      if (candidate.row == step.conv_row && candidate.format == step.conv.format)
        ms += candidate.milliseconds;
  return ms;
}

Result<NetworkSize> size_of(const Graph& graph, const std::vector<LayerChange>& layers,
                            std::optional<LayerSize> LayerChange::*side) {
  NetworkSize size;
  size.macs = macs_of(graph);
  size.parameters = parameters_of(graph);
  for (const LayerChange& layer : layers)
    if (const auto& of = layer.*side) size.weights += of->weights, size.zeros += of->zeros;
  size.stored_bytes = stored_bytes(graph);
  const auto plan = DLIS_TRY(make_plan(graph, {.tune = Tune::off}));
  size.weights_bytes = std::int64_t(plan->weights_bytes);
  size.values_bytes = std::int64_t(plan->arena_bytes);
  size.scratch_bytes = std::int64_t(plan->scratch_bytes);
  size.estimated_ms = estimated_ms(*plan);
  return size;
}

std::string parameter(const Choice& choice, const char* name) {
  return parameter_of(*find_technique(choice.name), choice, name);
}

Status add_groups(const Graph& before, const Graph& after, const Choice& choice,
                  std::vector<GroupChange>& groups) {
  const Channels channels = channels_of(before);
  const std::string keep = parameter(choice, "keep");
  const auto kept = DLIS_TRY(kept_groups(channels, keep == "none" ? "" : keep));
  for (std::size_t g = 0; g < channels.groups.size(); ++g) {
    const ChannelGroup& group = channels.groups[g];
    const std::string& first = group.layers.front();
    groups.push_back({text_of(choice), group.name, group.layers, width_of(before, first),
                      width_of(after, first), kept[g] ? "keep=" + keep : ""});
  }
  for (const StayingChannels& stay : channels.staying)
    groups.push_back(
        {text_of(choice), stay.name, stay.layers, stay.width, stay.width, stay.reason});
  return {};
}

// The times are those that the step measured: `options` remember them.
Status add_measured(const Graph& before, const Graph& after, const CompressOptions& options,
                    Prediction& found) {
  const Channels channels = channels_of(before);
  const ChannelLatency latency = DLIS_TRY(measure_layers(before, channels, options));
  const auto ms = [&](const Graph& graph, const Channels& of) {
    const ChannelTarget target{.of = ChannelObjective::nanoseconds, .latency = &latency};
    return 1e-6 * double(amount_of(graph, of, target));
  };
  if (!found.measured_before_ms) found.measured_before_ms = ms(before, channels);
  found.measured_after_ms = ms(after, channels_of(after));
  return {};
}

// What is left out, and what the estimate does not know.
Result<std::string> unknown_of(std::span<const Choice> chain) {
  std::string text = "not predicted: the accuracy";
  bool narrow = false;
  for (const Choice& choice : chain) {
    narrow |= choice.name == "quantise";
    if (DLIS_TRY(epochs_of(*find_technique(choice.name), choice)) == 0) continue;
    text += fmt::format(", what retraining in {} changes", choice.name);
    if (choice.name != "channel_prune") continue;
    const std::string criterion = parameter(choice, "criterion");
    text += criterion == "taylor" || criterion == "fisher"
                ? fmt::format(" (criterion={} chooses by gradients, here l1 did)", criterion)
                : " (channels go while it trains, here all at once)";
  }
  text += ", the time of a run: the estimate ranks algorithms by nominal rates on one core";
  if (narrow) text += ", counts bytes, bf16 and f16 as f32";
  return text + " and leaves out operators without weights; `dlis bench` measures";
}

}  // namespace

Result<Prediction> predict(const Graph& graph, std::span<const Choice> chain,
                           CompressOptions options) {
  for (const Choice& choice : chain) DLIS_TRY(check_choice(choice));
  options.one_shot = true;
  DLIS_TRY(remember_layer_times(options));
  Prediction found;
  Graph now = graph;
  for (const Choice& choice : chain) {
    const Graph before = now;
    Compressed made = DLIS_TRY(compress(before, std::span(&choice, 1), options));
    now = std::move(made.graph);
    for (std::string& note : made.notes) found.notes.push_back(std::move(note));
    if (choice.name != "channel_prune") continue;
    DLIS_TRY(add_groups(before, now, choice, found.groups));
    if (parameter(choice, "latency") != "none") DLIS_TRY(add_measured(before, now, options, found));
  }
  found.layers = layer_changes(graph, now);
  found.before = DLIS_TRY(size_of(graph, found.layers, &LayerChange::before));
  found.after = DLIS_TRY(size_of(now, found.layers, &LayerChange::after));
  found.unknown = DLIS_TRY(unknown_of(chain));
  return found;
}

}  // namespace dlis
