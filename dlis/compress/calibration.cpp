// Histograms, and the choice of a range by each method.
#include "dlis/compress/calibration.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "dlis/base/text.h"

namespace dlis {
namespace {

constexpr double kCutOff = 1.0 / 20000;  // of percentile, at each end
constexpr int kSteps = 80;               // shrunken ranges that mse and kl try
constexpr double kSmallest = 0.2;        // share of what was seen

double centre_of(const Histogram& of, std::size_t bin) {
  return double(of.seen.low) + (double(bin) + 0.5) * of.width;
}

Range percentile_of(const Histogram& of) {
  double total = 0, below = 0, above = 0;
  for (double count : of.counts) total += count;
  std::size_t low = 0, high = of.counts.size();
  while (low + 1 < high && (below += of.counts[low]) <= kCutOff * total) ++low;
  while (high > low + 1 && (above += of.counts[high - 1]) <= kCutOff * total) --high;
  return {of.seen.low + float(double(low) * of.width),
          of.seen.low + float(double(high) * of.width)};
}

// The sum of (x - stored x)^2.
double squared_error(const Histogram& of, const Range& range) {
  const Quant quant = bytes_for(range);
  const double scale = double(quant.scale[0]), zero = quant.zero_point[0];
  double error = 0;
  for (std::size_t bin = 0; bin < of.counts.size(); ++bin) {
    if (of.counts[bin] == 0) continue;
    const double x = centre_of(of, bin);
    const double stored = std::clamp(std::nearbyint(x / scale) + zero, 0.0, 255.0);
    const double gap = x - scale * (stored - zero);
    error += of.counts[bin] * (gap * gap + of.width * of.width / 12);
  }
  return error;
}

// KL(seen || stored): what lies outside counts as the end, each of the 256 levels spreads its count
// evenly over its bins that are not empty; an end with nothing inside counts as half a value.
double divergence(const Histogram& of, const Range& range) {
  const Quant quant = bytes_for(range);
  const double scale = double(quant.scale[0]), zero = quant.zero_point[0];
  const auto level_of = [&](std::size_t bin) {
    return std::nearbyint(centre_of(of, bin) / scale) + zero;
  };
  const auto is_inside = [&](std::size_t bin) {
    return level_of(bin) >= 0 && level_of(bin) <= 255;
  };
  std::array<double, 256> inside{}, filled{}, outside{};
  double total = 0, kept = 0, sum = 0;
  for (std::size_t bin = 0; bin < of.counts.size(); ++bin) {
    const auto level = std::size_t(std::clamp(level_of(bin), 0.0, 255.0));
    total += of.counts[bin];
    if (!is_inside(bin)) {
      outside[level] += of.counts[bin];
      continue;
    }
    inside[level] += of.counts[bin];
    filled[level] += of.counts[bin] > 0;
    kept += of.counts[bin];
  }
  if (kept == 0) return 1e30;
  const auto add = [&](double p, double q) { sum += p > 0 ? p * std::log(p / q) : 0; };
  for (std::size_t bin = 0; bin < of.counts.size(); ++bin) {
    if (!is_inside(bin) || of.counts[bin] == 0) continue;
    const auto level = std::size_t(level_of(bin));
    const double extra = outside[level] / filled[level];
    add((of.counts[bin] + extra) / total, inside[level] / filled[level] / kept);
  }
  for (std::size_t level : {0, 255})
    if (filled[level] == 0) add(outside[level] / total, 0.5 / kept);
  return sum;
}

using Cost = double (*)(const Histogram& of, const Range& range);

// Both ends together first, then each by itself.
Range cheapest(const Histogram& of, Cost cost) {
  Range best = of.seen;
  double least = cost(of, best);
  const auto consider = [&](const Range& range) {
    const double now = cost(of, range);
    if (now < least) least = now, best = range;
  };
  const auto share = [](int step) { return float(1 - (1 - kSmallest) * step / kSteps); };
  for (int i = 1; i <= kSteps; ++i) consider({of.seen.low * share(i), of.seen.high * share(i)});
  if (of.seen.low == 0 || of.seen.high == 0) return best;
  const float high = best.high;
  for (int i = 0; i <= kSteps; ++i) consider({of.seen.low * share(i), high});
  const float low = best.low;
  for (int i = 0; i <= kSteps; ++i) consider({low, of.seen.high * share(i)});
  return best;
}

Range with_zero(Range range) { return {std::min(range.low, 0.0f), std::max(range.high, 0.0f)}; }

}  // namespace

Histogram::Histogram(Range range, std::size_t bins) : seen(with_zero(range)), counts(bins) {
  width = (double(seen.high) - double(seen.low)) / double(bins);
}

void Histogram::add(std::span<const float> values) {
  if (!(width > 0)) return;
  const float low = seen.low, rate = float(1 / width);
  const auto last = std::int64_t(counts.size()) - 1;
  for (const float x : values)
    if (x != 0 && std::isfinite(x))
      ++counts[std::size_t(std::clamp<std::int64_t>(std::int64_t((x - low) * rate), 0, last))];
}

Result<Calibration> parse_calibration(std::string_view text) {
  static const std::vector<std::string> names{"minmax", "percentile", "mse", "kl"};
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) return tl::unexpected(unknown_name("calibration", text, names));
  return Calibration(found - names.begin());
}

Range range_of(const Histogram& histogram, Calibration how) {
  if (!(histogram.width > 0)) return histogram.seen;
  switch (how) {
    case Calibration::minmax:
      return histogram.seen;
    case Calibration::percentile:
      return with_zero(percentile_of(histogram));
    case Calibration::mse:
      return cheapest(histogram, squared_error);
    case Calibration::kl:
      return cheapest(histogram, divergence);
  }
  return histogram.seen;
}

}  // namespace dlis
