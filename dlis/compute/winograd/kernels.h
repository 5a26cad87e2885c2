// The kernels of the Winograd rows: products of one frequency, transforms of one tile.
//
// A tile's a * a transformed values are its frequencies. V (inputs) and M (products) are planes,
// one a frequency, of a row of channels a tile.
#pragma once
#include <cstddef>
#include <cstdint>

#include "dlis/compute/fused.h"
#include "dlis/hardware/simd_table.h"

namespace dlis {

inline constexpr int kWinogradStreams = 4, kWinogradStride = 8;
inline constexpr int kWinogradLine = 16;  // floats

// y[i][j] = sum over `terms` of a[i][t] * b[t][j] (of blocks: a[i][places[t]] * b[t][j]), for the
// kernel's rows and columns, steps in floats. The sum runs in the order of the terms, one fused
// multiply-add each, from 0. Meanwhile weights that come later are asked for: kWinogradStreams
// panels at once, `ahead_lines` cache lines of each every kWinogradStride terms.
struct WinogradProduct {
  const float* a = nullptr;
  std::ptrdiff_t a_step = 0;
  const float* b = nullptr;
  const std::uint16_t* places = nullptr;  // blocks: which of a's values each of b's meets
  std::int64_t terms = 0;
  float* y = nullptr;
  std::ptrdiff_t y_step = 0;
  const float* ahead[kWinogradStreams] = {};
  int ahead_lines = 0;
};

inline constexpr int kWinogradMaxRows = 14;
inline constexpr int kWinogradBlockColumns = 16;
inline constexpr int kWinogradMaxTile = 6;  // the largest m

struct WinogradProducts {
  using Kernel = void (*)(const WinogradProduct&);
  int rows, block_rows;                    // the most a kernel takes
  int wide, narrow;                        // columns
  Kernel kernel[2][kWinogradMaxRows + 1];  // [wide][rows]; [..][0] is null
  Kernel block[kWinogradMaxRows + 1];      // of 16 columns; nothing is asked for
  // y[k] = activate(y[k]): for the activations that are no clamp.
  void (*finish)(float* y, std::int64_t filters, Activation activation, float a, float b);
};

DLIS_SIMD_TABLE(WinogradProducts, winograd_products)

// V = B^T d B for whole vectors that cover `channels`. The a * a pixels of the tile at the first
// channel are those of `pixels`, or, where that is null, `row` and `pixel` floats apart from x.
// The next tile's place in V, `next` floats on, is asked for.
struct WinogradInput {
  const float* x = nullptr;
  std::ptrdiff_t row = 0, pixel = 0;
  const float* const* pixels = nullptr;
  float* v = nullptr;
  std::ptrdiff_t plane = 0, next = 0;  // plane: floats from a frequency to the next
  std::int64_t channels = 0;
};

// y = clamp(A^T M A + bias + residual, low, high). y and residual: m * m pixels of `filters`. The
// next tile's products, `next` floats on, and its outputs are asked for.
struct WinogradOutput {
  const float* m = nullptr;
  std::ptrdiff_t plane = 0, next = 0;
  float* const* y = nullptr;
  float* const* y_next = nullptr;
  const float* const* residual = nullptr;  // or null
  const float* bias = nullptr;             // whole vectors may be read
  std::int64_t filters = 0;
  float low = 0, high = 0;
};

struct WinogradTransforms {
  void (*input[2])(const WinogradInput&);  // [1]: what is below 0 becomes 0
  void (*output)(const WinogradOutput&);
};

DLIS_SIMD_TABLE(WinogradTransforms, winograd_f2_transforms)
DLIS_SIMD_TABLE(WinogradTransforms, winograd_f4_transforms)
DLIS_SIMD_TABLE(WinogradTransforms, winograd_f6_transforms)

inline const WinogradTransforms& winograd_transforms(Isa isa, int m) {
  if (m == 2) return winograd_f2_transforms_for(isa);
  if (m == 4) return winograd_f4_transforms_for(isa);
  return winograd_f6_transforms_for(isa);
}

}  // namespace dlis
