// The row `channel_prune`: whole channels are taken out, so that what is left is a smaller dense
// network.
//
// One of macs, parameters, ratio and latency says how much of it goes. Channels that hang together
// (channel_groups.h) go together, those first that cost the network least for what they save:
// criterion=l1 and bn_gamma score them by their weights, relative to their layer, since layers
// differ in scale; taylor and fisher by what training saw (channel_saliency.h), which compares
// between layers. Layers that `layers` names come first, and what they leave to be done is shared
// by the others.
//
// With epochs the channels go a few at a time while the network trains.
#include "dlis/compress/channel_prune.h"

#include <fmt/format.h>

#include <cmath>

#include "dlis/compress/channel_saliency.h"
#include "dlis/compress/channel_settings.h"
#include "dlis/compress/statistics.h"
#include "dlis/compress/training.h"

namespace dlis {

extern const Technique channel_prune_row;

namespace {

constexpr ParameterSpec kParameters[] = {
    {"macs", "share of the multiply-adds that goes, 0 to 1", "none"},
    {"parameters", "share of the parameters that goes, 0 to 1", "none"},
    {"ratio", "share of the filters that goes, 0 to 1", "none"},
    {"latency", "share of its layers' measured time that goes, 0 to 1 (one core)", "none"},
    {"criterion",
     "l1: norms of filters; bn_gamma: scales of BatchNormalization; taylor or fisher: by gradients",
     "l1"},
    {"round", "widths that change become multiples of this", "1"},
    {"scope", "global: what costs least goes; layer: the same share of each group", "global"},
    {"ramp", "share of the epochs over which channels go", "0.4"},
    {"every", "steps between two surgeries while they go", "150"},
    {"layers",
     DLIS_LAYERS_FORM
     ": layers whose name an expression is found in lose that share of their filters, no more (the "
     "first that is found counts); ratio is then of the others, macs, parameters and latency stay "
     "those of the whole network",
     "none"},
    {"keep", "regular expression of the layers that stay as they are", "none"},
    DLIS_STATISTICS_PARAMETER,
    DLIS_TRAINING_PARAMETERS,
};

constexpr const char* kStrengths[] = {"macs", "parameters", "ratio", "latency"};

// The scores of the criterion, or which group has none.
Result<ChannelScores> scores_of(const Graph& graph, const Channels& channels,
                                const ChannelSettings& settings, const Saliency& saliency) {
  if (settings.criterion == "l1") return l1_scores(graph, channels);
  if (settings.criterion == "taylor") return taylor_scores(channels, saliency);
  if (settings.criterion == "fisher") return fisher_scores(graph, channels, saliency);
  const std::vector<bool> keep = DLIS_TRY(kept_groups(channels, settings.target.keep));
  ChannelScores scores = gamma_scores(graph, channels);
  for (std::size_t g = 0; g < keep.size(); ++g)
    for (const int column : channels.groups[g].columns)
      if (!keep[g] && std::isnan(scores[std::size_t(column)]))
        return refusal(fmt::format(
            "no BatchNormalization scales the channels of {}; put renormalise+ in front "
            "(a BatchNormalization behind each convolution), keep the layer, or use "
            "criterion=l1",
            channels.groups[g].name));
  return scores;
}

bool needs_gradients(const ChannelSettings& settings) {
  return settings.criterion == "taylor" || settings.criterion == "fisher";
}

Result<Graph> surgery(const Graph& graph, const Channels& channels, const ChannelSettings& settings,
                      const ChannelTarget& target, const Saliency& saliency) {
  if (target.own.empty() && amount_of(graph, channels, target) <= target.at_most) return graph;
  const ChannelScores scores = DLIS_TRY(scores_of(graph, channels, settings, saliency));
  return remove_until(graph, channels, scores, target);
}

// Trains, and every so often takes out what the way to the target asks for.
Result<Graph> gradually(Training& training, const ChannelWay& way, const ChannelSettings& settings,
                        const OnReport& report) {
  const std::int64_t all = training.steps(), pruning = settings.ramp.steps(training);
  DLIS_TRY(training.resume());
  if (needs_gradients(settings)) training.watch_saliency(settings.criterion == "fisher");
  while (training.step() < pruning) {
    training.keep();
    DLIS_TRY(training.advance(std::min(settings.ramp.every, all - training.step()), report));
    const ChannelTarget target = way.at(double(training.step()) / double(pruning));
    const Graph now = training.graph();
    const Graph smaller =
        DLIS_TRY(surgery(now, channels_of(now), settings, target, training.saliency()));
    DLIS_TRY(training.replace(smaller));
  }
  training.stop_watching();
  DLIS_TRY(training.finish(report));
  return training.graph();
}

Result<Compressed> apply(const Graph& graph, const Choice& choice, const CompressOptions& options) {
  ChannelSettings settings = DLIS_TRY(channel_settings(channel_prune_row, choice));
  std::optional<Training> training =
      DLIS_TRY(start_training(channel_prune_row, choice, graph, options));
  if (DLIS_TRY(epochs_of(channel_prune_row, choice)) == 0 && needs_gradients(settings))
    return refusal(fmt::format("criterion={} learns from gradients; give epochs, or take l1",
                               settings.criterion));
  const Channels channels = channels_of(graph);
  ChannelLatency latency;
  if (settings.target.of == ChannelObjective::nanoseconds)
    latency = DLIS_TRY(measure_layers(graph, channels, options));
  settings.target.latency = &latency;
  const ChannelWay way = DLIS_TRY(way_of(graph, channels, settings));
  ChannelSettings plain = settings;  // what the surgery alone leaves, by a score without gradients
  if (needs_gradients(settings)) plain.criterion = "l1";
  Graph cut = DLIS_TRY(surgery(graph, channels, plain, way.at(1), {}));
  if (!training) return Compressed{std::move(cut), {}, channels.notes};
  Graph trained = DLIS_TRY(gradually(*training, way, settings, options.report));
  return Compressed{std::move(trained), std::move(cut), channels.notes};
}

}  // namespace

extern constinit const Technique channel_prune_row{
    .name = "channel_prune",
    .summary = "whole channels are taken out, the least important for what they save first",
    .parameters = kParameters,
    .apply = apply,
    .strengths = kStrengths,
};

}  // namespace dlis
