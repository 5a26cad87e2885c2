// What repeated measurements say: middle values, their spread, and how sure a median is.
#pragma once
#include <span>
#include <vector>

namespace dlis {

// The value below which `share` of the sorted samples lie, interpolated; 0 of none.
double quantile(std::span<const double> sorted, double share);
double median(std::vector<double> samples);

// A median and its bootstrap 95 % interval (Efron 1979): the medians of 2000 draws of as many
// samples with replacement. The draws are the same in every process.
struct Estimate {
  double value = 0, low = 0, high = 0;
};
Estimate estimate_median(const std::vector<double>& samples);

}  // namespace dlis
