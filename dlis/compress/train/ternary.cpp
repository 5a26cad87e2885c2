// The weights behind stay f32 while training, so that small steps add up until a sign changes.
#include "dlis/compress/train/ternary.h"

#include <cmath>

namespace dlis::train {
namespace {

std::vector<std::int64_t> inner_axes(const Tensor& weight) {
  std::vector<std::int64_t> axes;
  for (std::int64_t axis = 1; axis < weight.dim(); ++axis) axes.push_back(axis);
  return axes;
}

struct Signs {
  Tensor positive, negative;  // 1 or 0
};
Signs signs_of(const Tensor& weight, double threshold) {
  const Tensor edge = weight.abs().max() * threshold;
  return {(weight > edge).to(torch::kFloat), (weight < -edge).to(torch::kFloat)};
}

// The mean magnitude of a channel's weights of that sign: nearest in least squares.
Tensor mean_of(const Tensor& weight, const Tensor& chosen) {
  const auto axes = inner_axes(weight);
  return (weight.abs() * chosen).sum(axes, true) / chosen.sum(axes, true).clamp_min(1);
}

// The scale itself, with a gradient that is the root mean, not the sum, over the weights that share
// it (as in Esser et al., "Learned Step Size Quantization", 2020, section 2.2): with the sum,
// layers of thousands of weights a channel diverged at a rate of 0.02.
Tensor steady(const Tensor& scale, const Tensor& weight) {
  const double share = 1 / std::sqrt(double(weight.numel() / weight.size(0)));
  return scale * share + (scale - scale * share).detach();
}

}  // namespace

void make_ternary(Network& network, ValueId id, double threshold) {
  const Tensor weight = network.trained.at(id).detach();
  const Signs signs = signs_of(weight, threshold);
  const Tensor p = mean_of(weight, signs.positive).contiguous().set_requires_grad(true);
  const Tensor n = mean_of(weight, signs.negative).contiguous().set_requires_grad(true);
  network.scales.push_back(p);
  network.scales.push_back(n);
  network.written_rounded.insert(id);
  network.roundings[id] = [p, n, threshold](const Tensor& w) {
    const Signs now = signs_of(w.detach(), threshold);
    const Tensor ternary = steady(p, w) * now.positive - steady(n, w) * now.negative;
    const Tensor slope =
        p.detach() * now.positive + n.detach() * now.negative + (1 - now.positive - now.negative);
    return ternary + (w - w.detach()) * slope;
  };
}

}  // namespace dlis::train
