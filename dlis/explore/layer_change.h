// Convolutions and dense layers of a network beside those of what became of it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "dlis/model/graph.h"

namespace dlis {

struct LayerSize {
  std::int64_t in = 0, out = 0;  // channels
  std::int64_t macs = 0, parameters = 0;
  std::int64_t weights = 0, zeros = 0;  // without biases
};
// A convolution or dense layer, before and after.
struct LayerChange {
  std::string name, kind;                  // "conv1", "Conv 3x3 depthwise"
  std::optional<LayerSize> before, after;  // none: the network has no such layer
};

// In the order of `before`. By name; layers that go by their values' names may have lost them to
// what was folded into them: as many as are left on both sides go together in order, others stand
// alone, those of `after` last.
std::vector<LayerChange> layer_changes(const Graph& before, const Graph& after);

// The channels that a layer makes; 0: there is no such layer.
std::int64_t width_of(const Graph& graph, const std::string& layer);

}  // namespace dlis
