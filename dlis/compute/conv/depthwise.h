// The kernels of the depthwise convolution: a band of output rows, vectorised over channels.
#pragma once
#include <cstddef>
#include <cstdint>

#include "dlis/compute/fused.h"
#include "dlis/hardware/simd_table.h"

namespace dlis {

// A view of one image: element (row, column, channel) is at data + row * row_step + column *
// pixel_step + channel, steps in elements.
template <class T>
struct Plane {
  T* data = nullptr;
  std::int64_t row_step = 0, pixel_step = 0;
};

// Rows [p0, p1) and channels [c0, c1) of one image's output.
struct DepthwiseTile {
  Plane<const float> x, residual;  // residual.data is null where there is none
  Plane<float> y;
  std::int64_t h = 0, w = 0, q = 0;  // input extents, output columns
  std::int64_t p0 = 0, p1 = 0, c0 = 0, c1 = 0;
  std::int64_t r = 1, s = 1, pad_top = 0, pad_left = 0;
  std::int64_t stride_h = 1, stride_w = 1, dilation_h = 1, dilation_w = 1;
  const float* weights = nullptr;  // [channels / 16][r][s][16]
  const float* bias = nullptr;     // channels
  const float* zeros = nullptr;    // channels: what lies outside the image
  float* waste = nullptr;          // channels: where outputs beyond the last row or column go
  std::int64_t channels = 0;       // padded to a multiple of kDepthwisePad
  Activation activation = Activation::none;
  bool clamped = true;      // the activation is clamp(low, high)
  float low = 0, high = 0;  // the clamp, or the activation's a and b
};

inline constexpr std::int64_t kDepthwisePad = 16;  // the lanes of the widest vector

// Where the weights of channel c and its neighbours begin.
static constexpr std::int64_t weights_at(std::int64_t taps, std::int64_t c) {
  return c / kDepthwisePad * kDepthwisePad * taps + c % kDepthwisePad;
}

// Every output's sum runs over r, then s, from the bias, one fused multiply-add a term.
using DepthwiseKernel = void (*)(const DepthwiseTile&);
struct DepthwiseKernels {
  DepthwiseKernel tile[5];                                                  // by DepthwiseShape
  void (*widen)(const std::uint16_t* from, float* to, std::int64_t count);  // a multiple of 16
};

enum class DepthwiseShape : int { any, k3_u1, k3_u2, k5_u1, k5_u2 };

DLIS_SIMD_TABLE(DepthwiseKernels, depthwise_kernels)

}  // namespace dlis
