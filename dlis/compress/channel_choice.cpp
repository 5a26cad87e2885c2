// The loop that chooses columns until a target is met.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "dlis/compress/channel_cost.h"
#include "dlis/compress/layer_names.h"

namespace dlis {
namespace {

// A group on its way: its columns from the least score on, of which the first `gone` are chosen.
struct Queue {
  std::vector<int> columns;
  std::int64_t gone = 0, block = 1;  // widths are multiples of `block` columns
  bool stays = false;
  std::optional<std::int64_t> own;  // how many it ends with

  std::int64_t left() const { return std::int64_t(columns.size()) - gone; }
  // How many go next; 0: none can. The first step makes the width a multiple.
  std::int64_t next() const {
    const std::int64_t step = left() % block ? left() % block : block;
    return stays || left() - step < 1 ? 0 : step;
  }
};

class Descent {
 public:
  Descent(const Graph& graph, const Channels& channels, std::span<const double> scores,
          const ChannelTarget& target, const std::vector<bool>& keep)
      : scores_(scores),
        target_(target),
        staying_(channels.staying),
        cost_(graph, channels, target.of, target.latency) {
    for (std::size_t g = 0; g < channels.groups.size(); ++g) {
      const ChannelGroup& group = channels.groups[g];
      Queue queue{
          group.columns, 0, target.round / std::gcd(target.round, group.width), keep[g], {}};
      if (const auto own = target.own.find(group.shares); own != target.own.end())
        queue.own = own->second;
      // What stays need not have scores.
      if (!keep[g])
        std::ranges::stable_sort(queue.columns, [&](int a, int b) { return score(a) < score(b); });
      queues_.push_back(std::move(queue));
    }
  }

  Result<std::vector<int>> run() {
    const std::int64_t before = amount();
    for (std::size_t g = 0; g < queues_.size(); ++g) {
      if (!queues_[g].own) continue;
      while (queues_[g].left() > *queues_[g].own && queues_[g].next() > 0) take(g);
      queues_[g].stays = true;
    }
    while (amount() > target_.at_most) {
      const std::size_t g = least();
      if (g == queues_.size()) return cannot(before);
      take(g);
    }
    return chosen_;
  }

  // What the target is of.
  std::int64_t amount() const {
    std::int64_t sum = cost_.total();
    if (target_.of != ChannelObjective::filters) return sum;
    for (std::size_t g = 0; g < queues_.size(); ++g)
      if (queues_[g].own) sum -= cost_.saving(g, queues_[g].left());
    return sum;
  }

 private:
  void take(std::size_t g) {
    Queue& queue = queues_[g];
    const std::int64_t step = queue.next();
    cost_.remove(g, step);
    for (std::int64_t i = 0; i < step; ++i)
      chosen_.push_back(queue.columns[std::size_t(queue.gone + i)]);
    queue.gone += step;
  }

  double score(int column) const { return scores_[std::size_t(column)]; }

  // What the next step of a group costs the network for each unit that it saves; with by_layer, how
  // much of the group would be gone.
  double price(std::size_t g) const {
    const Queue& queue = queues_[g];
    const std::int64_t step = queue.next();
    if (target_.by_layer) return double(queue.gone + step) / double(queue.columns.size());
    double sum = 0;
    for (std::int64_t i = 0; i < step; ++i)
      sum += score(queue.columns[std::size_t(queue.gone + i)]);
    return sum / double(cost_.saving(g, step));
  }

  // The group whose next step has the least price; as many as there are groups: none can.
  std::size_t least() const {
    std::size_t best = queues_.size();
    double lowest = 0;
    for (std::size_t g = 0; g < queues_.size(); ++g) {
      if (queues_[g].next() == 0 || cost_.saving(g, queues_[g].next()) == 0) continue;
      const double here = price(g);
      if (best != queues_.size() && here >= lowest) continue;
      best = g, lowest = here;
    }
    return best;
  }

  tl::unexpected<Error> cannot(std::int64_t before) const {
    const auto kept = std::ranges::count_if(queues_, [](const Queue& q) { return q.stays; });
    return refusal(fmt::format(
        "of {} {} at most {} were to be left, but {} are with every one of {} groups of channels "
        "as narrow as it may be ({} kept or with a share of their own, widths in multiples of "
        "{}){}; "
        "ask for less",
        before, name_of(target_.of), target_.at_most, amount(), queues_.size(), kept, target_.round,
        staying()));
  }

  // The first of those that cannot be narrowed.
  std::string staying() const {
    constexpr std::size_t kMost = 3;
    std::string text;
    for (std::size_t i = 0; i < std::min(kMost, staying_.size()); ++i)
      text += fmt::format("{} {} ({})", i ? "," : ", beside", staying_[i].name, staying_[i].reason);
    if (staying_.size() > kMost) text += fmt::format(" and {} more", staying_.size() - kMost);
    return text;
  }

  std::span<const double> scores_;
  const ChannelTarget& target_;
  std::span<const StayingChannels> staying_;
  ChannelCost cost_;
  std::vector<Queue> queues_;
  std::vector<int> chosen_;
};

}  // namespace

const char* name_of(ChannelObjective objective) {
  if (objective == ChannelObjective::macs) return "MACs";
  if (objective == ChannelObjective::nanoseconds) return "nanoseconds";
  return objective == ChannelObjective::parameters ? "parameters" : "filters";
}

std::int64_t amount_of(const Graph& graph, const Channels& channels, const ChannelTarget& target) {
  const std::vector<bool> all(channels.groups.size(), true);
  return Descent(graph, channels, {}, target, all).amount();
}

Result<std::vector<bool>> kept_groups(const Channels& channels, const std::string& keep) {
  std::vector<LayerNames> names;
  for (const ChannelGroup& group : channels.groups) names.push_back(group.layers);
  return kept_of(names, keep);
}

Result<std::vector<int>> choose_channels(const Graph& graph, const Channels& channels,
                                         std::span<const double> scores,
                                         const ChannelTarget& target) {
  if (scores.size() != std::size_t(channels.columns))
    return fail(fmt::format("there are {} scores for {} columns", scores.size(), channels.columns));
  if (target.round < 1) return fail("must be at least 1", "round");
  const std::vector<bool> keep = DLIS_TRY(kept_groups(channels, target.keep));
  for (std::size_t g = 0; g < keep.size(); ++g)
    for (const int column : channels.groups[g].columns)
      if (!keep[g] && !std::isfinite(scores[std::size_t(column)]))
        return fail(fmt::format("the score of column {} is no number", column),
                    channels.groups[g].name);
  return Descent(graph, channels, scores, target, keep).run();
}

Result<Graph> remove_until(const Graph& graph, const Channels& channels,
                           std::span<const double> scores, const ChannelTarget& target) {
  const std::vector<int> columns = DLIS_TRY(choose_channels(graph, channels, scores, target));
  return remove_channels(graph, channels, columns);
}

}  // namespace dlis
