// What removing a weight or a channel would cost, summed up while training.
#pragma once
#include "dlis/compress/train/network.h"
#include "dlis/compress/train/training.h"

namespace dlis::train {

struct SaliencySums {
  bool watched = false, channels = false;
  std::map<ValueId, Tensor> weights, values;

  void attach(Network& network);                          // before forward
  void add(const Network& network, std::int64_t images);  // after backward
  Saliency tensors() const;

 private:
  std::map<ValueId, Tensor> pending_;  // of the batch: channel sums, N x C
};

}  // namespace dlis::train
