// What channels cost, kept up to date while they go.
#pragma once
#include "dlis/compress/channel_prune.h"

namespace dlis {

// A sum of products: the MACs and parameters of a layer are the product of its extents, so each is
// a unit times those extents that columns shorten. Its time is looked up by them.
class ChannelCost {
 public:
  ChannelCost(const Graph& graph, const Channels& channels, ChannelObjective objective,
              const ChannelLatency* latency = nullptr);

  std::int64_t total() const { return total_; }
  std::int64_t saving(std::size_t group, std::int64_t columns) const;
  void remove(std::size_t group, std::int64_t columns);

 private:
  struct Term {
    std::int64_t unit = 0;
    std::vector<std::int64_t> extents;
    const LayerTimes* times = nullptr;
    int outputs = -1, inputs = -1;  // which extents are the layer's widths; -1: it keeps all
    std::int64_t value(const std::vector<std::int64_t>& at) const;
  };
  struct Effect {  // one column takes `counts` off the extents of a term
    std::size_t term = 0;
    std::vector<std::int64_t> counts;
  };

  std::int64_t total_ = 0;
  std::vector<Term> terms_;
  std::vector<std::vector<Effect>> effects_;  // by group
};

}  // namespace dlis
