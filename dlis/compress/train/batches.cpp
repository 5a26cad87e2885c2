// Draws, cuts and mirrors on the device.
#include "dlis/compress/train/batches.h"

#include <ATen/CPUGeneratorImpl.h>

#include "dlis/compress/train/network.h"

namespace dlis::train {

using torch::Tensor;

Batches::Batches(const Dataset& data, const Preprocessing& how, torch::Device device,
                 std::uint64_t seed)
    : device_(device), seed_(seed), bgr_(how.bgr) {
  labels_ =
      torch::tensor(std::vector<std::int64_t>(data.labels.begin(), data.labels.end())).to(device);
  for (const dlis::Tensor& array : data.arrays) arrays_.push_back(to_torch(array).to(device));
  if (!arrays_.empty()) return;
  const Shape& shape = data.images.shape();
  images_ = torch::from_blob(const_cast<std::byte*>(data.images.data()),
                             {shape[0], shape[1], shape[2], shape[3]}, torch::kByte)
                .to(device);
  if (!device.is_cuda()) images_ = images_.clone();
  std::vector<float> scale, shift;
  for (int c = 0; c < int(shape[3]); ++c) {
    scale.push_back(1 / (how.scale * how.std_of(c)));
    shift.push_back(-how.mean_of(c) / how.std_of(c));
  }
  scale_ = torch::tensor(scale).to(device);
  shift_ = torch::tensor(shift).to(device);
}

Tensor Batches::normalised(const Tensor& bytes) const {
  Tensor x = bytes.to(torch::kFloat);
  if (bgr_) x = x.flip(3);
  return x * scale_ + shift_;
}

void Batches::begin_epoch(std::int64_t epoch, const Augmentation& how) {
  auto random = at::make_generator<at::CPUGeneratorImpl>(seed_ * 1000003 + std::uint64_t(epoch));
  const std::int64_t n = size();
  const auto below = [&](std::int64_t bound) {
    return torch::randint(bound, {n}, random, torch::kLong).to(device_);
  };
  order_ = torch::randperm(n, random, torch::kLong).to(device_);
  epoch_ = epoch;
  if (!images_.defined()) return;
  top_ = below(2 * how.crop + 1);
  left_ = below(2 * how.crop + 1);
  flip_ = below(2);
  hole_y_ = below(images_.size(1));
  hole_x_ = below(images_.size(2));
}

Tensor Batches::augmented(std::int64_t from, std::int64_t to, const Augmentation& how) const {
  Tensor x = normalised(images_.index_select(0, order_.slice(0, from, to)));
  const std::int64_t n = to - from, height = x.size(1), width = x.size(2);
  const auto count = [&](std::int64_t extent) {
    return torch::arange(extent, torch::TensorOptions(torch::kLong).device(device_));
  };
  Tensor rows = count(height).unsqueeze(0).expand({n, height});
  Tensor columns = count(width).unsqueeze(0).expand({n, width});
  if (how.flip) {
    const Tensor mirrored = flip_.slice(0, from, to).unsqueeze(1) == 1;
    columns = torch::where(mirrored, width - 1 - columns, columns);
  }
  if (how.crop > 0) {
    x = torch::constant_pad_nd(x, {0, 0, how.crop, how.crop, how.crop, how.crop}, 0);
    rows = rows + top_.slice(0, from, to).unsqueeze(1);
    columns = columns + left_.slice(0, from, to).unsqueeze(1);
  }
  if (how.crop > 0 || how.flip)
    x = x.index({count(n).unsqueeze(1).unsqueeze(2), rows.unsqueeze(2), columns.unsqueeze(1)});
  if (how.cutout > 0) {
    const auto outside = [&](const Tensor& centre, std::int64_t extent) {
      return (count(extent).unsqueeze(0) - centre.slice(0, from, to).unsqueeze(1)).abs() * 2 >=
             how.cutout;
    };
    const Tensor keep =
        outside(hole_y_, height).unsqueeze(2) | outside(hole_x_, width).unsqueeze(1);
    x = x * keep.unsqueeze(3);
  }
  return x.permute({0, 3, 1, 2});
}

Batch Batches::batch(std::int64_t epoch, std::int64_t index, std::int64_t size,
                     const Augmentation& how) {
  if (epoch != epoch_) begin_epoch(epoch, how);
  const std::int64_t from = index * size, to = std::min(from + size, this->size());
  const Tensor chosen = order_.slice(0, from, to);
  Batch batch{{}, labels_.index_select(0, chosen)};
  for (const Tensor& array : arrays_) batch.inputs.push_back(array.index_select(0, chosen));
  if (images_.defined()) batch.inputs.push_back(augmented(from, to, how));
  return batch;
}

}  // namespace dlis::train
