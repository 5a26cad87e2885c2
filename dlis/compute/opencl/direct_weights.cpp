// Packs weights in blocks of filters.
#include "dlis/compute/opencl/direct_weights.h"

#include <algorithm>

#include "dlis/base/divide.h"

namespace dlis {

namespace {

std::int64_t heads_of(const ConvProblem& p) { return p.groups * direct_blocks(p) * kDirectFilters; }
std::int64_t terms_of(const ConvProblem& p) { return p.c / p.groups * p.r * p.s; }

}  // namespace

DirectPlace direct_place(const ConvProblem& p, std::int64_t k) {
  const std::int64_t filters = p.k / p.groups, blocks = direct_blocks(p);
  const std::int64_t block = k / filters * blocks + k % filters / kDirectFilters;
  const std::int64_t lane = k % filters % kDirectFilters;
  return {block * kDirectFilters + lane, block * terms_of(p) * kDirectFilters + lane};
}

std::int64_t direct_blocks(const ConvProblem& p) {
  return divide_up(p.k / p.groups, kDirectFilters);
}

std::int64_t direct_largest(const ConvProblem& p) { return heads_of(p) * (1 + terms_of(p)); }

std::size_t direct_packed_bytes(const ConvProblem& p) {
  return std::size_t(heads_of(p)) * sizeof(float) +
         std::size_t(heads_of(p) * terms_of(p)) * size_of(opencl_element(p));
}

void direct_pack(const ConvProblem& p, const Encoded* weights, const float* bias, std::byte* to) {
  std::fill_n(to, direct_packed_bytes(p), std::byte{0});
  float* biases = reinterpret_cast<float*>(to);
  const OpenClElements packed(biases + heads_of(p), opencl_element(p));
  const Tensor dense = weights->format->decode(*weights);
  const float* from = dense.as<float>().data();
  const std::int64_t channels = p.c / p.groups, taps = p.r * p.s;
  for (std::int64_t k = 0; k < p.k; ++k) {
    const DirectPlace place = direct_place(p, k);
    if (bias) biases[place.bias] = bias[k];
    for (std::int64_t c = 0; c < channels; ++c)
      for (std::int64_t tap = 0; tap < taps; ++tap)
        packed.put(place.weights + (tap * channels + c) * kDirectFilters, *from++);
  }
}

}  // namespace dlis
