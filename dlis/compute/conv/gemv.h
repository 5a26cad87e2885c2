// The kernels of a dense layer on few rows: a panel of weights is read once, at the memory's rate.
#pragma once
#include <cstddef>
#include <cstdint>

#include "dlis/compute/fused.h"
#include "dlis/hardware/simd_table.h"

namespace dlis {

inline constexpr int kGemvRows = 4;  // the most a kernel takes

// Vectors of filters in a panel, for so many rows: the sums fit twelve registers, and a single row
// has enough of them to hide a multiply-add's latency behind the last-level cache's rate.
static constexpr int gemv_vectors(std::int64_t rows) { return rows == 1 ? 8 : rows == 4 ? 2 : 4; }

// y[row][j] = finish(sum over c of x[row][c] * weights[c][j]), one fused multiply-add a term from
// 0, in the order of c. Weights in bytes are widened on the way; their scale comes to the sum.
struct GemvTile {
  const float* x = nullptr;
  std::ptrdiff_t x_step = 0;      // floats between rows; likewise for y and the residual
  const void* weights = nullptr;  // f32, bf16 or i8, a stream [count][lanes] for each vector
  std::int64_t stream_step = 0;   // weights between streams
  std::int64_t count = 0;
  const float* bias = nullptr;        // of whole vectors
  const float* multiplier = nullptr;  // of whole vectors, only of weights in bytes
  const float* residual = nullptr;    // or null
  std::ptrdiff_t residual_step = 0;
  float* y = nullptr;
  std::ptrdiff_t y_step = 0;
  int columns = 0;  // that are stored
  Activation activation = Activation::none;
  float a = 0, b = 0;
};

struct GemvKernels {
  using Kernel = void (*)(const GemvTile&);
  Kernel f32[kGemvRows][8];  // [rows - 1][vectors - 1]; null beyond gemv_vectors
  Kernel bf16[kGemvRows][8];
  Kernel int8[kGemvRows][8];
};

DLIS_SIMD_TABLE(GemvKernels, gemv_kernels)

}  // namespace dlis
