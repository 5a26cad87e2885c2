// A multiple-choice knapsack: one candidate a layer, weights add up, of scratch only the largest
// counts. For every size that the scratch may have, the layers are joined one by one, keeping the
// partial sums that no other beats in bytes and time at once (Nemhauser and Ullmann 1969, "Discrete
// dynamic programming and capital allocation").
#include "dlis/runtime/budget.h"

#include <algorithm>
#include <set>

namespace dlis {
namespace {

constexpr std::size_t kMost = 2048;     // partial sums kept a layer
constexpr std::size_t kMostSizes = 32;  // sizes of the scratch that are tried

struct Partial {
  std::size_t bytes = 0;
  double milliseconds = 0;
  int pick = 0;            // of the last layer joined
  std::size_t before = 0;  // the partial sum that it was added to
};
using Front = std::vector<Partial>;

// The sizes that a plan's scratch can have, ascending; evenly thinned where there are many.
std::vector<std::size_t> scratch_sizes(const std::vector<LayerCosts>& layers,
                                       const FixedMemory& fixed) {
  std::set<std::size_t> sizes{fixed.scratch};
  for (const LayerCosts& layer : layers)
    for (const Cost& cost : layer)
      if (cost.scratch > fixed.scratch) sizes.insert(cost.scratch);
  const std::vector<std::size_t> all(sizes.begin(), sizes.end());
  if (all.size() <= kMostSizes) return all;
  std::vector<std::size_t> some;
  for (std::size_t i = 0; i < kMostSizes; ++i)
    some.push_back(all[i * (all.size() - 1) / (kMostSizes - 1)]);
  return some;
}

// The candidate with the fewest weight bytes whose scratch fits; -1 where none does.
int lightest(const LayerCosts& layer, std::size_t scratch) {
  int best = -1;
  for (int i = 0; i < int(layer.size()); ++i) {
    const Cost& cost = layer[std::size_t(i)];
    if (cost.scratch > scratch) continue;
    if (best < 0 || cost.weights < layer[std::size_t(best)].weights) best = i;
  }
  return best;
}

std::optional<Picks> lightest_of_all(const std::vector<LayerCosts>& layers, std::size_t scratch) {
  Picks picks;
  for (const LayerCosts& layer : layers) {
    picks.push_back(lightest(layer, scratch));
    if (picks.back() < 0) return std::nullopt;
  }
  return picks;
}

// Ascending bytes, falling time. Where there are too many, of those within one step of bytes the
// fastest stays; the first, which decides whether a budget can be kept, always does.
Front pruned(Front all) {
  std::ranges::sort(all, [](const Partial& a, const Partial& b) {
    return a.bytes != b.bytes ? a.bytes < b.bytes : a.milliseconds < b.milliseconds;
  });
  Front out;
  for (const Partial& each : all)
    if (out.empty() || each.milliseconds < out.back().milliseconds) out.push_back(each);
  if (out.size() <= kMost) return out;
  const std::size_t step = (out.back().bytes - out.front().bytes) / kMost + 1;
  Front thinned{out.front()};
  for (std::size_t i = 1; i < out.size(); ++i) {
    const bool same = thinned.size() > 1 && out[i].bytes / step == thinned.back().bytes / step;
    if (same) thinned.pop_back();
    thinned.push_back(out[i]);
  }
  return thinned;
}

Picks picks_of(const std::vector<Front>& fronts, std::size_t last) {
  Picks picks(fronts.size());
  for (std::size_t layer = fronts.size(); layer-- > 0;) {
    const Partial& partial = fronts[layer][last];
    picks[layer] = partial.pick;
    last = partial.before;
  }
  return picks;
}

// The fastest picks whose scratch is at most `scratch` and whose weights are at most `weights`.
std::optional<Picks> fastest_light(const std::vector<LayerCosts>& layers, std::size_t scratch,
                                   std::size_t weights) {
  const auto light = lightest_of_all(layers, scratch);
  if (!light) return std::nullopt;
  std::size_t rest = 0;  // the least that the layers to come take
  for (std::size_t i = 0; i < layers.size(); ++i)
    rest += layers[i][std::size_t((*light)[i])].weights;
  if (rest > weights) return std::nullopt;
  std::vector<Front> fronts;
  Front front{{}};
  for (std::size_t i = 0; i < layers.size(); ++i) {
    rest -= layers[i][std::size_t((*light)[i])].weights;
    Front joined;
    for (std::size_t before = 0; before < front.size(); ++before)
      for (int pick = 0; pick < int(layers[i].size()); ++pick) {
        const Cost& cost = layers[i][std::size_t(pick)];
        const std::size_t bytes = front[before].bytes + cost.weights;
        if (cost.scratch > scratch || bytes + rest > weights) continue;
        joined.push_back({bytes, front[before].milliseconds + cost.milliseconds, pick, before});
      }
    front = pruned(std::move(joined));
    fronts.push_back(front);
  }
  return picks_of(fronts, front.size() - 1);
}

std::size_t scratch_of(const std::vector<LayerCosts>& layers, const Picks& picks,
                       const FixedMemory& fixed) {
  std::size_t scratch = fixed.scratch;
  for (std::size_t i = 0; i < layers.size(); ++i)
    scratch = std::max(scratch, layers[i][std::size_t(picks[i])].scratch);
  return scratch;
}

double milliseconds_of(const std::vector<LayerCosts>& layers, const Picks& picks) {
  double sum = 0;
  for (std::size_t i = 0; i < layers.size(); ++i)
    sum += layers[i][std::size_t(picks[i])].milliseconds;
  return sum;
}

}  // namespace

std::size_t peak_bytes(const std::vector<LayerCosts>& layers, const Picks& picks,
                       const FixedMemory& fixed) {
  std::size_t weights = 0;
  for (std::size_t i = 0; i < layers.size(); ++i)
    weights += layers[i][std::size_t(picks[i])].weights;
  return fixed.bytes + weights + scratch_of(layers, picks, fixed);
}

Picks fastest(const std::vector<LayerCosts>& layers) {
  Picks picks;
  for (const LayerCosts& layer : layers)
    picks.push_back(int(std::ranges::min_element(layer, {}, &Cost::milliseconds) - layer.begin()));
  return picks;
}

Picks smallest(const std::vector<LayerCosts>& layers, const FixedMemory& fixed) {
  Picks best;
  std::size_t least = 0;
  for (const std::size_t scratch : scratch_sizes(layers, fixed)) {
    const auto picks = lightest_of_all(layers, scratch);
    if (!picks) continue;
    const std::size_t bytes = peak_bytes(layers, *picks, fixed);
    if (best.empty() || bytes < least) best = *picks, least = bytes;
  }
  return best;
}

std::optional<Picks> fastest_within(const std::vector<LayerCosts>& layers, const FixedMemory& fixed,
                                    std::size_t limit) {
  if (const Picks free = fastest(layers); peak_bytes(layers, free, fixed) <= limit) return free;
  const Picks least = smallest(layers, fixed);
  if (peak_bytes(layers, least, fixed) > limit) return std::nullopt;
  std::vector<std::size_t> sizes = scratch_sizes(layers, fixed);
  sizes.push_back(scratch_of(layers, least, fixed));  // with which the budget can be kept
  std::optional<Picks> best;
  double best_ms = 0;
  for (const std::size_t scratch : sizes) {
    if (fixed.bytes + scratch > limit) continue;
    const auto picks = fastest_light(layers, scratch, limit - fixed.bytes - scratch);
    if (!picks) continue;
    const double ms = milliseconds_of(layers, *picks);
    if (!best || ms < best_ms) best = picks, best_ms = ms;
  }
  return best;
}

}  // namespace dlis
