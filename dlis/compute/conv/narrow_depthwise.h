// The kernels of the depthwise convolution of bytes, bf16 or f16: a band of output rows, vectorised
// over channels, summed in f32 (which holds sums of a few hundred products of bytes exactly).
#pragma once
#include <cstddef>
#include <cstdint>

#include "dlis/compute/kernel_ends.h"
#include "dlis/hardware/simd_table.h"

namespace dlis {

struct DotBlock;

// A view of one image: channel 0 of (row, column) is at data + row * row_step + column *
// pixel_step; all in bytes.
struct NarrowPlane {
  std::byte* data = nullptr;
  std::int64_t row_step = 0, pixel_step = 0;
};

inline constexpr std::int64_t kNarrowPad = 16;  // channels: the lanes of the widest vector

// Rows [p0, p1) and channels [c0, c1) of one image's output.
struct NarrowTile {
  NarrowPlane x, residual, y;        // residual.data is null where there is none
  std::int64_t h = 0, w = 0, q = 0;  // input extents, output columns
  std::int64_t p0 = 0, p1 = 0, c0 = 0, c1 = 0;
  std::int64_t r = 1, s = 1, pad_top = 0, pad_left = 0;
  std::int64_t stride_h = 1, stride_w = 1, dilation_h = 1, dilation_w = 1;
  const float* weights = nullptr;     // [channels / 16][r][s][16]
  const float* start = nullptr;       // channels: what a sum begins with
  const float* multiplier = nullptr;  // channels, only of bytes: what a sum is multiplied by
  const float* bias = nullptr;        // and what is added to it
  const DotBlock* blocks = nullptr;   // in place of these four: channels / 64
  const std::byte* zeros = nullptr;   // channels: what lies outside the image
  std::byte* waste = nullptr;         // channels of 4 bytes: where outputs outside the tile go
  KernelEnds ends;
};

enum class NarrowKind : int { bf16, f16, u8, i8 };
enum class NarrowShape : int { any, k3_u1, k3_u2, k5_u1, k5_u2 };

// Every output's sum runs over r, then s, one fused multiply-add a term.
struct NarrowDepthwiseKernels {
  void (*tile[4][5])(const NarrowTile&);  // by NarrowKind and NarrowShape
};

DLIS_SIMD_TABLE(NarrowDepthwiseKernels, narrow_depthwise_kernels)

}  // namespace dlis
