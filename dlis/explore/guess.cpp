// A Gaussian process by Cholesky's decomposition: hundreds of stacks, not thousands.
#include "dlis/explore/guess.h"

#include <algorithm>
#include <cmath>

namespace dlis {
namespace {

using Rows = std::vector<std::vector<double>>;

double likeness(const AxisValues& a, const AxisValues& b, const std::vector<double>& by_axis) {
  double product = 1;
  for (std::size_t i = 0; i < by_axis.size(); ++i)
    if (a[i] != b[i]) product *= by_axis[i];
  return product;
}

// The lower triangle L with L L^T = K + noise.
Rows cholesky(std::span<const AxisValues> known, const GuessSettings& settings) {
  Rows lower(known.size());
  for (std::size_t i = 0; i < known.size(); ++i) {
    lower[i].resize(i + 1);
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = likeness(known[i], known[j], settings.likeness) + (i == j ? settings.noise : 0);
      for (std::size_t k = 0; k < j; ++k) sum -= lower[i][k] * lower[j][k];
      lower[i][j] = i == j ? std::sqrt(std::max(sum, 1e-9)) : sum / lower[j][j];
    }
  }
  return lower;
}

void solve_lower(const Rows& lower, std::vector<double>& x) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) x[i] -= lower[i][j] * x[j];
    x[i] /= lower[i][i];
  }
}

double product(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

struct Scale {
  double mean = 0, deviation = 1;
};

Scale scale_of(std::span<const double> values, double least) {
  Scale scale{0, least};
  if (values.empty()) return scale;
  for (double v : values) scale.mean += v / double(values.size());
  double variance = 0;
  for (double v : values) variance += (v - scale.mean) * (v - scale.mean) / double(values.size());
  scale.deviation = std::max(least, std::sqrt(variance));
  return scale;
}

}  // namespace

std::vector<Guess> guesses(std::span<const AxisValues> known, std::span<const double> values,
                           std::span<const AxisValues> asked, const GuessSettings& settings) {
  const Rows lower = cholesky(known, settings);
  const Scale scale = scale_of(values, settings.deviation);
  std::vector<double> whitened;
  for (double v : values) whitened.push_back((v - scale.mean) / scale.deviation);
  solve_lower(lower, whitened);
  std::vector<Guess> found;
  for (const AxisValues& stack : asked) {
    std::vector<double> alike;
    for (const AxisValues& other : known)
      alike.push_back(likeness(stack, other, settings.likeness));
    solve_lower(lower, alike);
    const double variance = std::max(0.0, 1 - product(alike, alike));
    found.push_back({scale.mean + scale.deviation * product(alike, whitened),
                     scale.deviation * std::sqrt(variance)});
  }
  return found;
}

}  // namespace dlis
