// SGD with Nesterov momentum over a network's trained tensors.
#pragma once
#include "dlis/compress/train/network.h"
#include "dlis/compress/train/training.h"

namespace dlis::train {

class Optimiser {
 public:
  explicit Optimiser(Network& network);
  void zero_gradients();
  // v = momentum v + (g + decay w); w -= rate (g + decay w + momentum v), where g is the gradient
  // times what network.rates says.
  void step(const TrainingSettings& settings, double rate);

  std::map<ValueId, Tensor> momentum;   // by trained value
  std::vector<Tensor> scales_momentum;  // of network.scales, by place

 private:
  Network& network_;
  std::vector<Tensor> decayed_, plain_;  // weights; biases and BatchNormalization
  std::vector<Tensor> decayed_momentum_, plain_momentum_;
};

// The learning rate at `epoch` (may be a fraction).
double rate_at(const TrainingSettings& settings, double epoch);

}  // namespace dlis::train
