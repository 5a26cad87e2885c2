// Sorts weights into pools.
#include "dlis/compress/weight_pools.h"

#include <fmt/format.h>

#include <cmath>

namespace dlis {
namespace {

// Sets how many zeros the layers without a share of their own, of `all` weights, get.
Status set_wanted(const Graph& graph, const WeightTarget& target, std::int64_t all,
                  WeightPool& pool) {
  const std::int64_t most = prunable(graph, pool);
  const bool fixed = target.granularity == Granularity::two_of_four;
  pool.wanted = fixed ? most : std::llround(target.zeros * double(all));
  if (pool.wanted <= most) return {};
  return refusal(fmt::format(
      "{} of {} weights would have to be zero, but only {} are {}", pool.wanted, all, most,
      target.all ? "not kept; ask for less"
                 : "neither in the first layer nor depthwise nor kept; ask for less or add all=1"));
}

}  // namespace

Result<std::vector<WeightPool>> pools_of(const Graph& graph, const WeightTarget& target) {
  const std::vector<Weight> weights = weights_of(graph);
  std::vector<LayerNames> names;
  for (const Weight& weight : weights) names.push_back(weight.layers);
  const std::vector<bool> kept = DLIS_TRY(kept_of(names, target.keep));
  const auto own = DLIS_TRY(shares_of(names, target.own));
  std::vector<WeightPool> pools{{{}, target.granularity, target.by_layer, 0}};
  std::int64_t all = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::int64_t elements = graph.value(weights[i].value).constant.elements();
    if (own[i] && !kept[i]) {
      const auto wanted = std::llround(*own[i] * double(elements));
      pools.push_back({{weights[i]}, target.granularity, false, wanted});
      continue;
    }
    all += elements;
    const bool spared = !target.all && (weights[i].first || weights[i].depthwise);
    if (!kept[i] && !spared) pools[0].weights.push_back(weights[i]);
  }
  DLIS_TRY(set_wanted(graph, target, all, pools[0]));
  return pools;
}

}  // namespace dlis
