// What the parameters of channel_prune ask for, and the way there.
#pragma once
#include "dlis/compress/channel_prune.h"
#include "dlis/compress/layer_names.h"
#include "dlis/compress/training.h"

namespace dlis {

struct ChannelSettings {
  double share = 0;  // of the objective that goes
  std::string criterion;
  ChannelTarget target;  // but for amounts
  std::vector<LayerShare> layers;
  Ramp ramp;
};
Result<ChannelSettings> channel_settings(const Technique& row, const Choice& choice);

// From a network as it is to what is asked for.
struct ChannelWay {
  struct Own {
    ChannelGroupKey group;
    std::int64_t columns = 0;  // at first
    double share = 0;          // of them that goes
  };
  ChannelTarget target;  // `latency` has to stay
  double before = 0, share = 0;
  std::vector<Own> own;

  ChannelTarget at(double done) const;  // when so much of the way is over, 0 to 1
};
// Errors: expressions that are none or pick nothing.
Result<ChannelWay> way_of(const Graph& graph, const Channels& channels,
                          const ChannelSettings& settings);

}  // namespace dlis
