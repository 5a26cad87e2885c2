// What compression would leave: its surgery alone, counted and estimated. Nothing is trained, no
// network is run but to calibrate and to time layers.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dlis/compress/technique.h"
#include "dlis/explore/layer_change.h"
#include "dlis/runtime/plan.h"

namespace dlis {

// Channels that go together in a step of channel_prune.
struct GroupChange {
  std::string choice;                  // the step, as text
  std::string name;                    // as the network's other messages have it: "stem and 3 more"
  std::vector<std::string> layers;     // those that make them or filter them depthwise
  std::int64_t before = 0, after = 0;  // channels of the first of them
  std::string stays;                   // why they cannot go; empty: they may
};

// Of a whole network, planned for one core without tuning.
struct NetworkSize {
  std::int64_t macs = 0, parameters = 0, weights = 0, zeros = 0;
  std::int64_t stored_bytes = 0;  // constants in their types: about what the file takes
  std::int64_t weights_bytes = 0, values_bytes = 0, scratch_bytes = 0;  // of the plan
  double estimated_ms = 0;  // of its convolutions and dense layers, by the cost model
};

// What compression would change, before anything is compressed.
struct Prediction {
  std::vector<GroupChange> groups;
  std::vector<LayerChange> layers;
  NetworkSize before, after;
  // Where channel_prune goes by latency: what its layers take, by the times that it measured.
  std::optional<double> measured_before_ms, measured_after_ms;
  std::vector<std::string> notes;  // of compression
  std::string unknown;             // a sentence: what this cannot tell
};

// Errors: those of compress() in one shot, and of plans.
Result<Prediction> predict(const Graph& graph, std::span<const Choice> chain,
                           CompressOptions options);

}  // namespace dlis
