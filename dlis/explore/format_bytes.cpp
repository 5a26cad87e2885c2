// Encodes weights of many densities.
#include "dlis/explore/format_bytes.h"

namespace dlis {
namespace {

Tensor weights_with(double zeros, const Format& format) {
  Rng rng(1);
  Tensor weights(DType::f32, {256, 256, 3, 3});
  for (float& w : weights.edit<float>()) w = float(rng.normal());
  thin_out(weights, 1 - zeros, format.block, rng);
  return format.nearest ? format.nearest(weights) : weights;
}

double share_of(double zeros, const Format& format) {
  const Tensor weights = weights_with(zeros, format);
  const auto encoded = format.encode(weights);
  return encoded ? double(encoded->bytes()) / double(weights.bytes()) : 1;
}

// By bisection to a tenth of a percent: bytes fall with every zero.
double crossing(const Format& format) {
  if (share_of(0, format) < 1) return 0;
  double low = 0, high = 1;
  while (high - low > 0.001) {
    const double middle = (low + high) / 2;
    (share_of(middle, format) < 1 ? high : low) = middle;
  }
  return high;
}

}  // namespace

std::vector<FormatBytes> format_bytes() {
  std::vector<FormatBytes> all;
  for (const Format* format : formats()) {
    FormatBytes& found = all.emplace_back(FormatBytes{format, {}, 1});
    for (const double zeros : kZeroShares) found.shares.push_back(share_of(zeros, *format));
    if (format != formats().front()) found.smaller_from = crossing(*format);
  }
  return all;
}

}  // namespace dlis
