// Training data on the device, whole, and batches of it; images are augmented there.
#pragma once
#include <torch/torch.h>

#include "dlis/data/dataset.h"

namespace dlis::train {

struct Augmentation {
  std::int64_t crop = 4;    // pixels of zeros around, then a cut of the old size anywhere
  bool flip = true;         // half of the images mirrored
  std::int64_t cutout = 0;  // the side of a square of zeros anywhere (DeVries and Taylor 2017)
};

struct Batch {
  // One for each input of the network: images N x C x H x W, normalised, channels last; arrays as
  // they are.
  std::vector<torch::Tensor> inputs;
  torch::Tensor labels;  // N
};

// The order of an epoch and every image's place depend on seed, epoch and image alone, so that a
// run that goes on after a stop sees what it would have seen.
class Batches {
 public:
  Batches(const Dataset& data, const Preprocessing& how, torch::Device device, std::uint64_t seed);
  std::int64_t size() const { return labels_.size(0); }
  Batch batch(std::int64_t epoch, std::int64_t index, std::int64_t size, const Augmentation& how);

 private:
  void begin_epoch(std::int64_t epoch, const Augmentation& how);
  torch::Tensor augmented(std::int64_t from, std::int64_t to, const Augmentation& how) const;
  torch::Tensor normalised(const torch::Tensor& bytes) const;
  torch::Device device_;
  std::uint64_t seed_;
  torch::Tensor images_, labels_;  // N x H x W x C bytes, undefined where there are arrays; N
  std::vector<torch::Tensor> arrays_;
  torch::Tensor scale_, shift_;  // y = x * scale + shift
  bool bgr_ = false;
  std::int64_t epoch_ = -1;
  torch::Tensor order_, top_, left_, flip_, hole_y_, hole_x_;  // of the epoch, by position
};

}  // namespace dlis::train
