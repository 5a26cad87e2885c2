// Blends the corners around a point: vectors run along contiguous channels.
#include "dlis/compute/nn/resize_kernels.h"
#include "dlis/compute/simd/vec.h"

namespace dlis::DLIS_SIMD {
namespace {

template <int corners>
DLIS_INLINE void blend_row(std::int64_t channels, const float* in, const std::int64_t* offsets,
                           const float* weights, float* out) {
  std::int64_t c = 0;
  for (; c + kLanes <= channels; c += kLanes) {
    Vec sum = splat(weights[0]) * load(in + offsets[0] + c);
    for (int j = 1; j < corners; ++j) sum = fma(splat(weights[j]), load(in + offsets[j] + c), sum);
    store(out + c, sum);
  }
  if (c == channels) return;
  const int rest = static_cast<int>(channels - c);
  Vec sum = splat(weights[0]) * load(in + offsets[0] + c, rest);
  for (int j = 1; j < corners; ++j)
    sum = fma(splat(weights[j]), load(in + offsets[j] + c, rest), sum);
  store(out + c, sum, rest);
}

void blend(std::int64_t channels, int corners, const float* in, const std::int64_t* offsets,
           const float* weights, float* out) {
  switch (corners) {
    case 1:
      return blend_row<1>(channels, in, offsets, weights, out);
    case 2:
      return blend_row<2>(channels, in, offsets, weights, out);
    case 4:
      return blend_row<4>(channels, in, offsets, weights, out);
    default:
      return blend_row<8>(channels, in, offsets, weights, out);
  }
}

}  // namespace

extern const ResizeKernels resize_kernels;
const ResizeKernels resize_kernels = {.blend = blend};

}  // namespace dlis::DLIS_SIMD
