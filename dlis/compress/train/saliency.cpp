// Sums on the device; nothing is copied until they are asked for.
#include "dlis/compress/train/saliency.h"

namespace dlis::train {
namespace {

void accumulate(std::map<ValueId, Tensor>& sums, ValueId id, const Tensor& more) {
  const auto [at, fresh] = sums.emplace(id, more);
  if (!fresh) at->second += more;
}

}  // namespace

void SaliencySums::attach(Network& network) {
  network.watch = {};
  if (!watched || !channels) return;
  pending_.clear();
  network.watch = [this](ValueId id, const Tensor& value) {
    if (value.dim() < 2 || value.dim() > 4 || !value.requires_grad()) return;
    const Tensor kept = value.detach();
    value.register_hook([this, id, kept](const Tensor& gradient) {
      const Tensor product = (kept * gradient).to(torch::kFloat);
      accumulate(pending_, id, product.dim() > 2 ? product.flatten(2).sum(2) : product);
    });
  };
}

// The loss is a mean over the batch: an image's own gradient is `images` times as large.
void SaliencySums::add(const Network& network, std::int64_t images) {
  if (!watched) return;
  const torch::NoGradGuard none;
  for (const auto& [id, weight] : network.trained)
    if (weight.grad().defined())
      accumulate(weights, id, (weight.detach() * weight.grad()).square());
  for (const auto& [id, sum] : pending_)
    accumulate(values, id, (sum * double(images)).square().sum(0));
  pending_.clear();
}

Saliency SaliencySums::tensors() const {
  Saliency result;
  for (const auto& [id, sum] : weights) result.weights[id] = from_torch(sum);
  for (const auto& [id, sum] : values) result.channels[id] = from_torch(sum);
  return result;
}

}  // namespace dlis::train
