// Quantiles of samples, and the bootstrap.
#include "dlis/base/statistics.h"

#include <algorithm>
#include <cstdint>

#include "dlis/base/rng.h"

namespace dlis {

double quantile(std::span<const double> sorted, double share) {
  if (sorted.empty()) return 0;
  const double position = share * double(sorted.size() - 1);
  const auto below = std::size_t(position);
  const auto above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (position - double(below)) * (sorted[above] - sorted[below]);
}

double median(std::vector<double> samples) {
  std::ranges::sort(samples);
  return quantile(samples, 0.5);
}

Estimate estimate_median(const std::vector<double>& samples) {
  if (samples.empty()) return {};
  constexpr std::size_t kDraws = 2000;
  Rng rng(1);
  std::vector<double> medians(kDraws), draw(samples.size());
  for (double& each : medians) {
    for (double& value : draw) value = samples[std::size_t(rng.below(std::int64_t(draw.size())))];
    each = median(draw);
  }
  std::ranges::sort(medians);
  return {median(samples), quantile(medians, 0.025), quantile(medians, 0.975)};
}

}  // namespace dlis
