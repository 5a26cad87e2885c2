// Packs weights in blocks of filters.
#include "dlis/compute/opencl/direct_weights.h"

#include <algorithm>

namespace dlis {

DirectPlace direct_place(const ConvProblem& p, std::int64_t k) {
  const std::int64_t filters = p.k / p.groups, blocks = direct_blocks(p);
  const std::int64_t block = k / filters * blocks + k % filters / kDirectFilters;
  const std::int64_t lane = k % filters % kDirectFilters, terms = p.c / p.groups * p.r * p.s;
  return {block * kDirectFilters + lane,
          (p.groups * blocks + block * terms) * kDirectFilters + lane};
}

std::int64_t direct_blocks(const ConvProblem& p) {
  return (p.k / p.groups + kDirectFilters - 1) / kDirectFilters;
}

std::size_t direct_packed_bytes(const ConvProblem& p) {
  const std::int64_t terms = p.c / p.groups * p.r * p.s;
  return std::size_t(p.groups * direct_blocks(p) * kDirectFilters * (1 + terms)) * sizeof(float);
}

void direct_pack(const ConvProblem& p, const Encoded* weights, const float* bias, std::byte* to) {
  float* packed = reinterpret_cast<float*>(to);
  std::fill_n(packed, direct_packed_bytes(p) / sizeof(float), 0.0f);
  const Tensor dense = weights->format->decode(*weights);
  const float* from = dense.as<float>().data();
  const std::int64_t channels = p.c / p.groups, taps = p.r * p.s;
  for (std::int64_t k = 0; k < p.k; ++k) {
    const DirectPlace place = direct_place(p, k);
    if (bias) packed[place.bias] = bias[k];
    for (std::int64_t c = 0; c < channels; ++c)
      for (std::int64_t tap = 0; tap < taps; ++tap)
        packed[place.weights + (tap * channels + c) * kDirectFilters] = *from++;
  }
}

}  // namespace dlis
