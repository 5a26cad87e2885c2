// Pooling kernels for one row of output pixels, compiled once per ISA.
#pragma once
#include <cstdint>

#include "dlis/hardware/simd_table.h"

namespace dlis {

// Window positions of one axis that fall inside the input: `count` of them, from `data` on.
struct PoolTaps {
  std::int64_t count = 1;
  std::int64_t stride = 0;  // elements from one to the next
};

// Output pixels [0, pixels) of a row, each over `channels`; the depth and height taps are the same
// for all of them and already clipped, the width taps are clipped here. Strides in elements.
template <class T>
struct PoolRowOf {
  std::int64_t pixels = 0, channels = 0;
  T* out = nullptr;
  std::int64_t out_pixel = 0, out_channel = 1;
  const T* in = nullptr;  // the first depth and height tap at column 0
  std::int64_t in_pixel = 0, in_channel = 1;
  PoolTaps depth, height;
  std::int64_t first_pixel = 0;  // index of pixel 0 in the whole row
  std::int64_t width = 1, kernel_w = 1, stride_w = 1, dilation_w = 1, pad_left = 0, pad_right = 0;
  // Averages: positions of depth and height that count, and whether padding counts along the width.
  std::int64_t divisor = 1;
  bool counts_padding = false;
  // Averages of bytes: a unit of the input in units of the output, and the zero points.
  float scale = 1;
  std::int32_t in_zero = 0, out_zero = 0;
};
using PoolRow = PoolRowOf<float>;

// One way to pool, for each type of element.
struct PoolKernel {
  void (*f32)(const PoolRow& row);
  void (*u8)(const PoolRowOf<std::uint8_t>& row);
  void (*i8)(const PoolRowOf<std::int8_t>& row);
};

struct PoolKernels {
  PoolKernel max;
  PoolKernel average;  // of bytes: sums in integers; padding that counts is the input's zero point
};

DLIS_SIMD_TABLE(PoolKernels, pool_kernels)

}  // namespace dlis
