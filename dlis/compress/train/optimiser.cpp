// Whole lists of tensors at once: a network of 200 small weights would wait for its launches.
#include "dlis/compress/train/optimiser.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace dlis::train {
namespace {

std::vector<Tensor> gradients_of(const std::vector<Tensor>& weights) {
  std::vector<Tensor> gradients;
  for (const Tensor& weight : weights)
    gradients.push_back(weight.grad().defined() ? weight.grad() : torch::zeros_like(weight));
  return gradients;
}

void update(std::vector<Tensor>& weights, std::vector<Tensor>& momentum, double decay, double keep,
            double rate) {
  if (weights.empty()) return;
  std::vector<Tensor> gradients = gradients_of(weights);
  if (decay > 0) at::_foreach_add_(gradients, weights, decay);
  at::_foreach_mul_(momentum, keep);
  at::_foreach_add_(momentum, gradients);
  at::_foreach_add_(gradients, momentum, keep);
  at::_foreach_add_(weights, gradients, -rate);
}

void clip(const std::vector<Tensor>& weights, const std::vector<Tensor>& more, double most) {
  std::vector<Tensor> gradients = gradients_of(weights);
  for (const Tensor& gradient : gradients_of(more)) gradients.push_back(gradient);
  Tensor square = torch::zeros({}, gradients[0].options());
  for (const Tensor& gradient : gradients) square = square + gradient.square().sum();
  const Tensor factor = torch::clamp(most / (square.sqrt() + 1e-6), 0, 1);
  for (Tensor& gradient : gradients) gradient.mul_(factor);
}

}  // namespace

Optimiser::Optimiser(Network& network) : network_(network) {
  for (auto& [id, weight] : network.trained) {
    const Tensor zeros = torch::zeros_like(weight.detach());
    momentum[id] = zeros;
    const bool decays = weight.dim() >= 2;
    (decays ? decayed_ : plain_).push_back(weight);
    (decays ? decayed_momentum_ : plain_momentum_).push_back(zeros);
  }
  for (const Tensor& scale : network.scales)
    scales_momentum.push_back(torch::zeros_like(scale.detach()));
}

void Optimiser::zero_gradients() {
  for (auto& [id, weight] : network_.trained) weight.mutable_grad() = Tensor();
  for (Tensor& scale : network_.scales) scale.mutable_grad() = Tensor();
}

void Optimiser::step(const TrainingSettings& settings, double rate) {
  const torch::NoGradGuard none;
  for (auto& [id, factor] : network_.rates)
    if (Tensor& gradient = network_.trained.at(id).mutable_grad(); gradient.defined())
      gradient.mul_(factor);
  if (settings.clip > 0) clip(decayed_, plain_, settings.clip);
  update(decayed_, decayed_momentum_, settings.decay, settings.momentum, rate);
  update(plain_, plain_momentum_, 0, settings.momentum, rate);
  update(network_.scales, scales_momentum, 0, settings.momentum, rate);
  for (auto& [id, mask] : network_.masks) network_.trained.at(id).mul_(mask);
}

double rate_at(const TrainingSettings& settings, double epoch) {
  if (epoch < settings.warmup) return settings.rate * (0.1 + 0.9 * epoch / settings.warmup);
  const double rest = std::max(1e-9, settings.epochs - settings.warmup);
  const double done = std::min(1.0, (epoch - settings.warmup) / rest);
  if (settings.schedule == "step")
    return settings.rate * (done < 0.5 ? 1 : done < 0.75 ? 0.1 : 0.01);
  return settings.rate * 0.5 * (1 + std::cos(std::numbers::pi * done));
}

}  // namespace dlis::train
