// How long things take: medians with their spread, never one number.
#pragma once
#include <filesystem>
#include <functional>
#include <optional>

#include "dlis/runtime/session.h"

namespace dlis {

// Times of whole runs, in milliseconds.
struct Timing {
  double median_ms = 0, p10_ms = 0, p90_ms = 0;
  int runs = 0;
  double first_ms = 0;  // the first run, cold
};

// Calls `body` until `seconds` have passed and at least `min_runs` were made.
Timing measure(const std::function<void()>& body, double seconds = 0.5, int min_runs = 10);
Result<Timing> measure(Session& session, double seconds = 0.5, int min_runs = 10);

// Millijoules of one run, what the machine uses beside it counted in; none where nothing counts
// them (EnergyMeter). Runs for `seconds`, at most 20: apart from `measure`, so that reading sensors
// disturbs no time. `root` is that of sysfs.
Result<std::optional<double>> measure_energy(Session& session, double seconds = 0.5,
                                             const std::filesystem::path& root = "/");

// Normally distributed values for every input of a network.
std::vector<Tensor> random_inputs(const Graph& graph, std::uint64_t seed = 1);

}  // namespace dlis
