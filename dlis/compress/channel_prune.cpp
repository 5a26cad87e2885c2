// The row `channel_prune`: whole channels are taken out, so that what is left is a smaller dense
// network.
//
// One of macs, parameters, ratio and latency says how much of it goes. Channels that hang together
// (channel_groups.h) go together, those first that cost the network least for what they save:
// criterion=l1 and bn_gamma score them by their weights, relative to their layer, since layers
// differ in scale; taylor and fisher by what training saw (channel_saliency.h), which compares
// between layers.
//
// With epochs the channels go a few at a time while the network trains.
#include "dlis/compress/channel_prune.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dlis/base/text.h"
#include "dlis/compress/channel_saliency.h"
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
    {"keep", "regular expression of the layers that stay as they are", "none"},
    DLIS_TRAINING_PARAMETERS,
};

struct Settings {
  double share = 0;
  std::string criterion;
  ChannelTarget target;
  Ramp ramp;
};

std::string text(const Choice& choice, std::string_view name) {
  return parameter_of(channel_prune_row, choice, name);
}

// Which of two words a parameter is: true for the second.
Result<bool> is_second(const Choice& choice, const char* name, std::string_view first,
                       std::string_view second) {
  const std::string given = text(choice, name);
  if (given != first && given != second)
    return fail(fmt::format("must be {} or {}", first, second), name);
  return given == second;
}

Status read_amount(const Choice& choice, Settings& settings) {
  constexpr std::pair<const char*, ChannelObjective> kAmounts[] = {
      {"macs", ChannelObjective::macs},
      {"parameters", ChannelObjective::parameters},
      {"ratio", ChannelObjective::filters},
      {"latency", ChannelObjective::nanoseconds}};
  int given = 0;
  for (const auto& [name, objective] : kAmounts) {
    const std::string share = text(choice, name);
    if (share == "none") continue;
    ++given;
    settings.target.of = objective;
    settings.share = DLIS_TRY(parse_real(share, name));
    if (settings.share < 0 || settings.share > 1)
      return fail("must be a share from 0 to 1", name, "0.5 removes half");
  }
  if (given != 1)
    return fail(
        fmt::format("needs one of macs, parameters, ratio and latency, but {} are given", given),
        "", "write channel_prune:macs=0.5");
  return {};
}

Result<Settings> settings_of(const Choice& choice) {
  Settings settings;
  DLIS_TRY(read_amount(choice, settings));
  settings.criterion = text(choice, "criterion");
  const std::vector<std::string> known{"l1", "bn_gamma", "taylor", "fisher"};
  if (std::find(known.begin(), known.end(), settings.criterion) == known.end())
    return tl::unexpected(unknown_name("criterion", settings.criterion, known));
  settings.target.by_layer = DLIS_TRY(is_second(choice, "scope", "global", "layer"));
  settings.target.round = DLIS_TRY(parse_integer(text(choice, "round"), "round"));
  if (settings.target.round < 1) return fail("must be at least 1", "round");
  settings.ramp = DLIS_TRY(ramp_of(channel_prune_row, choice));
  if (const std::string keep = text(choice, "keep"); keep != "none") settings.target.keep = keep;
  return settings;
}

// The scores of the criterion, or which group has none.
Result<ChannelScores> scores_of(const Graph& graph, const Channels& channels,
                                const Settings& settings, const Saliency& saliency) {
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

bool needs_gradients(const Settings& settings) {
  return settings.criterion == "taylor" || settings.criterion == "fisher";
}

// What may be left when `done` of the way is gone: the same share goes at each step, so that the
// last ones, which hurt most, are the smallest.
std::int64_t left_after(double before, double share, double done) {
  return std::int64_t(std::floor(before * std::pow(1 - share, std::min(1.0, done)) + 1e-6));
}

Result<Graph> surgery(const Graph& graph, const Channels& channels, const Settings& settings,
                      const ChannelTarget& target, const Saliency& saliency) {
  if (amount_of(graph, channels, target.of, target.latency) <= target.at_most) return graph;
  const ChannelScores scores = DLIS_TRY(scores_of(graph, channels, settings, saliency));
  return remove_until(graph, channels, scores, target);
}

// Trains, and every so often takes out what the way to the target asks for.
Result<Graph> gradually(Training& training, double before, const Settings& settings,
                        const OnReport& report) {
  const std::int64_t all = training.steps(), pruning = settings.ramp.steps(training);
  ChannelTarget target = settings.target;
  DLIS_TRY(training.resume());
  if (needs_gradients(settings)) training.watch_saliency(settings.criterion == "fisher");
  while (training.step() < pruning) {
    training.keep();
    DLIS_TRY(training.advance(std::min(settings.ramp.every, all - training.step()), report));
    target.at_most = left_after(before, settings.share, double(training.step()) / double(pruning));
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
  Settings settings = DLIS_TRY(settings_of(choice));
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
  const auto before = double(amount_of(graph, channels, settings.target.of, &latency));
  settings.target.at_most = left_after(before, settings.share, 1);
  Settings plain = settings;  // what the surgery alone leaves, by a score that needs no gradients
  if (needs_gradients(settings)) plain.criterion = "l1";
  Graph cut = DLIS_TRY(surgery(graph, channels, plain, settings.target, {}));
  if (!training) return Compressed{std::move(cut), {}, channels.notes};
  Graph trained = DLIS_TRY(gradually(*training, before, settings, options.report));
  return Compressed{std::move(trained), std::move(cut), channels.notes};
}

}  // namespace

extern constinit const Technique channel_prune_row{
    .name = "channel_prune",
    .summary = "whole channels are taken out, the least important for what they save first",
    .parameters = kParameters,
    .apply = apply,
};

}  // namespace dlis
