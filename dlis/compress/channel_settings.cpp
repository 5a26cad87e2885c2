// Reads the parameters of channel_prune.
#include "dlis/compress/channel_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dlis/base/text.h"

namespace dlis {
namespace {

// A choice with its row.
struct Given {
  const Technique& row;
  const Choice& choice;
  std::string operator()(std::string_view name) const { return parameter_of(row, choice, name); }
};

Status read_amount(const Given& given, ChannelSettings& settings) {
  constexpr std::pair<const char*, ChannelObjective> kAmounts[] = {
      {"macs", ChannelObjective::macs},
      {"parameters", ChannelObjective::parameters},
      {"ratio", ChannelObjective::filters},
      {"latency", ChannelObjective::nanoseconds}};
  int amounts = 0;
  for (const auto& [name, objective] : kAmounts) {
    const std::string share = given(name);
    if (share == "none") continue;
    ++amounts;
    settings.target.of = objective;
    settings.share = DLIS_TRY(parse_real(share, name));
    if (settings.share < 0 || settings.share > 1)
      return fail("must be a share from 0 to 1", name, "0.5 removes half");
  }
  if (amounts != 1)
    return fail(
        fmt::format("needs one of macs, parameters, ratio and latency, but {} are given", amounts),
        "", "write channel_prune:macs=0.5");
  return {};
}

Status read_layers(const Given& given, ChannelSettings& settings) {
  settings.layers = DLIS_TRY(parse_layer_shares(given("layers")));
  for (const LayerShare& layer : settings.layers)
    if (layer.share == 1)
      return fail(fmt::format("'{}' cannot lose all of its filters", layer.text), "layers",
                  "give a share below 1");
  if (const std::string keep = given("keep"); keep != "none") settings.target.keep = keep;
  return {};
}

// What may be left when `done` of the way is gone: the same share goes at each step, so that the
// last ones, which hurt most, are the smallest.
std::int64_t left_after(double before, double share, double done) {
  return std::int64_t(std::floor(before * std::pow(1 - share, std::min(1.0, done)) + 1e-6));
}

}  // namespace

Result<ChannelSettings> channel_settings(const Technique& row, const Choice& choice) {
  const Given given{row, choice};
  ChannelSettings settings;
  DLIS_TRY(read_amount(given, settings));
  DLIS_TRY(read_layers(given, settings));
  settings.criterion = given("criterion");
  const std::vector<std::string> known{"l1", "bn_gamma", "taylor", "fisher"};
  if (std::ranges::find(known, settings.criterion) == known.end())
    return tl::unexpected(unknown_name("criterion", settings.criterion, known));
  settings.target.by_layer = DLIS_TRY(is_second(row, choice, "scope", "global", "layer"));
  settings.target.round = DLIS_TRY(parse_integer(given("round"), "round"));
  if (settings.target.round < 1) return fail("must be at least 1", "round");
  settings.ramp = DLIS_TRY(ramp_of(row, choice));
  return settings;
}

Result<ChannelWay> way_of(const Graph& graph, const Channels& channels,
                          const ChannelSettings& settings) {
  ChannelWay way{settings.target, 0, settings.share, {}};
  const std::vector<bool> kept = DLIS_TRY(kept_groups(channels, settings.target.keep));
  std::vector<LayerNames> names;
  for (const ChannelGroup& group : channels.groups) names.push_back(group.layers);
  const auto own = DLIS_TRY(shares_of(names, settings.layers));
  for (std::size_t g = 0; g < own.size(); ++g)
    if (const ChannelGroup& group = channels.groups[g]; own[g] && !kept[g])
      way.own.push_back({group.shares, std::int64_t(group.columns.size()), *own[g]});
  way.before = double(amount_of(graph, channels, way.at(0)));
  return way;
}

ChannelTarget ChannelWay::at(double done) const {
  ChannelTarget now = target;
  now.at_most = left_after(before, share, done);
  for (const Own& group : own)
    now.own[group.group] =
        std::max<std::int64_t>(1, left_after(double(group.columns), group.share, done));
  return now;
}

}  // namespace dlis
