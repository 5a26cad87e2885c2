// Tensors by value id, which a checkpoint keeps.
#include "dlis/compress/train/checkpoint.h"

namespace dlis::train {
namespace {

std::map<ValueId, dlis::Tensor> kept(const std::map<ValueId, Tensor>& tensors) {
  std::map<ValueId, dlis::Tensor> all;
  for (const auto& [id, tensor] : tensors) all[id] = from_torch(tensor);
  return all;
}
std::vector<dlis::Tensor> kept(const std::vector<Tensor>& tensors) {
  std::vector<dlis::Tensor> all;
  for (const Tensor& tensor : tensors) all.push_back(from_torch(tensor));
  return all;
}

// Into the storage that others share.
bool fill(Tensor to, const dlis::Tensor& from) {
  const Tensor stored = to_torch(from);
  if (stored.sizes() != to.sizes()) return false;
  to.copy_(stored);
  return true;
}
bool fill(std::map<ValueId, Tensor>& to, const std::map<ValueId, dlis::Tensor>& from) {
  for (const auto& [id, tensor] : from) {
    const auto found = to.find(id);
    if (found == to.end() || !fill(found->second, tensor)) return false;
  }
  return true;
}
bool fill(const std::vector<Tensor>& to, const std::vector<dlis::Tensor>& from) {
  if (to.size() != from.size()) return false;
  for (std::size_t i = 0; i < to.size(); ++i)
    if (!fill(to[i], from[i])) return false;
  return true;
}

}  // namespace

Checkpoint checkpoint_of(const Network& network, const Optimiser& optimiser, std::int64_t step) {
  Checkpoint made;
  made.step = step;
  made.graph = network.raw_graph();
  for (const auto* tensors : {&network.trained, &network.kept})
    for (const auto& [id, tensor] : *tensors)
      if (made.graph.value(id).constant.type() != DType::f32) made.wider[id] = from_torch(tensor);
  made.masks = kept(network.masks);
  made.momentum = kept(optimiser.momentum);
  made.scales = kept(network.scales);
  made.scales_momentum = kept(optimiser.scales_momentum);
  return made;
}

Status restore(const Checkpoint& from, Network& network, Optimiser& optimiser) {
  const torch::NoGradGuard none;
  std::map<ValueId, Tensor> weights = network.kept;
  weights.insert(network.trained.begin(), network.trained.end());
  for (const auto& [id, mask] : from.masks) {
    const auto weight = weights.find(id);
    if (weight != weights.end()) network.masks[id] = torch::empty_like(weight->second);
  }
  if (!fill(weights, from.wider) || !fill(network.masks, from.masks) ||
      !fill(optimiser.momentum, from.momentum) || !fill(network.scales, from.scales) ||
      !fill(optimiser.scales_momentum, from.scales_momentum))
    return fail("this is the checkpoint of another training", "", "delete it to start anew");
  return {};
}

}  // namespace dlis::train
