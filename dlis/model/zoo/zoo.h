// Layer 1's rows: networks built in code, with random weights from a seed.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "dlis/model/graph.h"

namespace dlis {

// A row of models.inc. `size` is the input's side: 32 is the CIFAR-10 form (10 classes), 224 the
// ImageNet form (1000 classes); `cifar` and `imagenet` say which forms exist. A network whose
// inputs are no images has neither, but one form by its name, `of_data`. Weights are random but
// such that values stay near 1 in all layers; the same seed gives the same bits everywhere.
struct ModelRow {
  const char* name;
  const char* summary;
  bool cifar, imagenet;
  Result<Graph> (*build)(int size, std::uint64_t seed);
  const char* of_data = nullptr;  // "sensors": what its inputs are
};

// The rows of models.inc.
std::span<const ModelRow* const> models();
// "vgg16" or "vgg16@224"; an unknown name is an error with the nearest ones.
Result<Graph> build_model(std::string_view name, std::uint64_t seed = 1);
bool is_model_name(std::string_view name);

}  // namespace dlis
