// Sums of products, or of times, of extents that shrink.
#include "dlis/compress/channel_cost.h"

#include <algorithm>
#include <map>

#include "dlis/model/op.h"

namespace dlis {
namespace {

// What a constant counts for; 0: nothing.
std::int64_t amount(const Graph& graph, const ChannelAxis& axis, ChannelObjective objective) {
  const Node& node = graph.nodes[std::size_t(axis.node)];
  const bool trained = axis.input < 32 && (node.op->weights >> axis.input & 1);
  switch (objective) {
    case ChannelObjective::macs:
      return axis.input == 1 ? macs_of(graph, node) : 0;
    case ChannelObjective::parameters:
      return trained ? graph.value(axis.weights).constant.elements() : 0;
    case ChannelObjective::filters:
      return axis.role == ChannelRole::makes ? std::int64_t(axis.columns.size()) : 0;
    case ChannelObjective::nanoseconds:
      return axis.input == 1;
  }
  return 0;
}

}  // namespace

ChannelCost::ChannelCost(const Graph& graph, const Channels& channels, ChannelObjective objective,
                         const ChannelLatency* latency) {
  std::map<std::pair<int, int>, std::size_t> known;  // terms by node and input
  std::vector<std::pair<int, std::size_t>> places;   // by axis: its term (-1: none) and extent
  if (objective == ChannelObjective::macs) total_ = macs_of(graph);
  if (objective == ChannelObjective::parameters) total_ = parameters_of(graph);
  for (const ChannelAxis& axis : channels.axes) {
    const LayerTimes* times = times_of(latency, graph, graph.nodes[std::size_t(axis.node)]);
    const std::int64_t whole = amount(graph, axis, objective);
    places.emplace_back(-1, 0);
    if (whole == 0 || (objective == ChannelObjective::nanoseconds && !times)) continue;
    if (objective == ChannelObjective::filters) total_ += whole;
    const auto [at, added] = known.emplace(std::pair(axis.node, axis.input), terms_.size());
    if (added) terms_.push_back({whole, {}, times});
    Term& term = terms_[at->second];
    (axis.role == ChannelRole::reads ? term.inputs : term.outputs) = int(term.extents.size());
    places.back() = {int(at->second), term.extents.size()};
    term.extents.push_back(std::int64_t(axis.columns.size()));
    if (!times) term.unit /= term.extents.back();
  }
  if (objective == ChannelObjective::nanoseconds)
    for (const Term& term : terms_) total_ += term.value(term.extents);
  for (const ChannelGroup& group : channels.groups) {
    std::vector<Effect>& effects = effects_.emplace_back();
    for (const ChannelShare& share : group.shares) {
      const auto [term, extent] = places[std::size_t(share.axis)];
      if (term < 0) continue;
      auto at = std::ranges::find(effects, std::size_t(term), &Effect::term);
      if (at == effects.end()) {
        const std::size_t extents = terms_[std::size_t(term)].extents.size();
        at = effects.insert(at, {std::size_t(term), std::vector<std::int64_t>(extents)});
      }
      at->counts[extent] += share.count;
    }
  }
}

std::int64_t ChannelCost::Term::value(const std::vector<std::int64_t>& at) const {
  if (times)
    return std::int64_t(times->at(outputs < 0 ? times->outputs.back() : at[std::size_t(outputs)],
                                  inputs < 0 ? times->inputs.back() : at[std::size_t(inputs)]));
  std::int64_t product = unit;
  for (const std::int64_t extent : at) product *= extent;
  return product;
}

std::int64_t ChannelCost::saving(std::size_t group, std::int64_t columns) const {
  std::int64_t sum = 0;
  for (const Effect& effect : effects_[group]) {
    const Term& term = terms_[effect.term];
    std::vector<std::int64_t> after = term.extents;
    for (std::size_t i = 0; i < after.size(); ++i) after[i] -= columns * effect.counts[i];
    sum += term.value(term.extents) - term.value(after);
  }
  return sum;
}

void ChannelCost::remove(std::size_t group, std::int64_t columns) {
  total_ -= saving(group, columns);
  for (const Effect& effect : effects_[group]) {
    Term& term = terms_[effect.term];
    for (std::size_t i = 0; i < term.extents.size(); ++i)
      term.extents[i] -= columns * effect.counts[i];
  }
}

}  // namespace dlis
