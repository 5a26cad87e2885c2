// Labelled images for measuring accuracy.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "dlis/base/result.h"
#include "dlis/format/tensor.h"

namespace dlis {

// How an image becomes a network's input: (x / scale - mean) / std per channel. From the model's
// metadata or the query part of MODEL.
struct Preprocessing {
  std::vector<float> mean{0, 0, 0}, std{1, 1, 1};
  float scale = 255;
  bool bgr = false;
  int resize = 0, crop = 0;  // 0: as they are
};
Result<Preprocessing> preprocessing_of(const std::map<std::string, std::string>& metadata);

// Images as bytes, all of one size, channels last (N x H x W x C, u8); labels -1 where unknown.
struct Dataset {
  std::string spec;   // "cifar10:DIR?split=test&limit=1000"
  std::string split;  // "test"
  int classes = 0;
  Tensor images;
  std::vector<std::int32_t> labels;
  std::int64_t size() const { return images.shape()[0]; }
  std::string content_hash() const;  // of images and labels
};

// `cifar10:DIR?split=test&limit=N` or `synthetic:N`. Errors: folder or file missing, truncated,
// unknown kind or option, with what is expected there.
Result<Dataset> load_dataset(const std::string& spec, const Shape& input_shape);

// Images [first, first + count) as an f32 N x C x H x W tensor.
Tensor batch_of(const Dataset& data, const Preprocessing& how, std::int64_t first,
                std::int64_t count);

}  // namespace dlis
