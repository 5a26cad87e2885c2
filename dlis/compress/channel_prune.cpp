// The row `channel_prune`: whole channels are taken out, so that what is left is a smaller dense
// network.
//
// One of macs, parameters and ratio says how much of it goes. Channels that hang together
// (channel_groups.h) go together, those first that cost the network least for what they save:
// criterion=l1 and bn_gamma score them by their weights. Scores are relative to their layer, since
// layers differ in scale.
#include "dlis/compress/channel_prune.h"

#include <fmt/format.h>

#include <cmath>

#include "dlis/base/text.h"
#include "dlis/compress/training.h"

namespace dlis {

extern const Technique channel_prune_row;

namespace {

constexpr ParameterSpec kParameters[] = {
    {"macs", "share of the multiply-adds that goes, 0 to 1", "none"},
    {"parameters", "share of the parameters that goes, 0 to 1", "none"},
    {"ratio", "share of the filters that goes, 0 to 1", "none"},
    {"criterion", "l1: norms of filters; bn_gamma: scales of BatchNormalization", "l1"},
    {"round", "widths that change become multiples of this", "1"},
    {"scope", "global: what costs least goes; layer: the same share of each group", "global"},
    {"keep", "regular expression of the layers that stay as they are", "none"},
    DLIS_TRAINING_PARAMETERS,
};

struct Settings {
  double share = 0;
  bool gamma = false;
  ChannelTarget target;
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
      {"ratio", ChannelObjective::filters}};
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
    return fail(fmt::format("needs one of macs, parameters and ratio, but {} are given", given), "",
                "write channel_prune:macs=0.5");
  return {};
}

Result<Settings> settings_of(const Choice& choice) {
  DLIS_TRY(refuse_training(channel_prune_row, choice));
  Settings settings;
  DLIS_TRY(read_amount(choice, settings));
  settings.gamma = DLIS_TRY(is_second(choice, "criterion", "l1", "bn_gamma"));
  settings.target.by_layer = DLIS_TRY(is_second(choice, "scope", "global", "layer"));
  settings.target.round = DLIS_TRY(parse_integer(text(choice, "round"), "round"));
  if (settings.target.round < 1) return fail("must be at least 1", "round");
  if (const std::string keep = text(choice, "keep"); keep != "none") settings.target.keep = keep;
  return settings;
}

// The scores of the criterion, or which group has none.
Result<ChannelScores> scores_of(const Graph& graph, const Channels& channels,
                                const Settings& settings) {
  if (!settings.gamma) return l1_scores(graph, channels);
  const std::vector<bool> keep = DLIS_TRY(kept_groups(channels, settings.target.keep));
  ChannelScores scores = gamma_scores(graph, channels);
  for (std::size_t g = 0; g < keep.size(); ++g)
    for (const int column : channels.groups[g].columns)
      if (!keep[g] && std::isnan(scores[std::size_t(column)]))
        return refusal(
            fmt::format("no BatchNormalization scales the channels of {}; renormalise the network "
                        "first (a BatchNormalization behind each layer), keep the layer, or use "
                        "criterion=l1",
                        channels.groups[g].name));
  return scores;
}

Result<Compressed> apply(const Graph& graph, const Choice& choice, const CompressOptions&) {
  Settings settings = DLIS_TRY(settings_of(choice));
  const Channels channels = channels_of(graph);
  const auto before = double(amount_of(graph, channels, settings.target.of));
  settings.target.at_most = std::int64_t(std::floor(before * (1 - settings.share) + 1e-6));
  const ChannelScores scores = DLIS_TRY(scores_of(graph, channels, settings));
  Graph pruned = DLIS_TRY(remove_until(graph, channels, scores, settings.target));
  return Compressed{std::move(pruned), {}, channels.notes};
}

}  // namespace

extern constinit const Technique channel_prune_row{
    .name = "channel_prune",
    .summary = "whole channels are taken out, the least important for what they save first",
    .parameters = kParameters,
    .apply = apply,
};

}  // namespace dlis
