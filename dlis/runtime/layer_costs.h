// What each layer of a measured plan takes: time and bytes.
#pragma once
#include <string>
#include <vector>

#include "dlis/runtime/session.h"

namespace dlis {

// What one step of a plan takes.
struct LayerCost {
  std::string name, op, row;  // "layer1.0.conv1", "Conv", "winograd_f4"
  std::string format;         // of its weights; empty: it has none
  double ms = 0;
  std::int64_t bytes = 0;  // of packed weights and constants
  std::string type = {};   // that it reads, where it has weights; empty: not known
  friend bool operator==(const LayerCost&, const LayerCost&) = default;
};

// Of the time to measure: layers need less to tell.
inline constexpr double kProfileShare = 0.2;

// By step, the median milliseconds over as many runs as fit into the time, at least five.
Result<std::vector<double>> step_times(Session& session, double seconds);

// Of every step, in order.
std::vector<LayerCost> layer_costs(const Plan& plan, const std::vector<double>& step_times);

// The field `layers` of a record: an array of objects named as above, on one line of UTF-8.
std::string to_json(const std::vector<LayerCost>& layers);

}  // namespace dlis
