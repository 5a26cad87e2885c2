// The micro-kernels of the dense matrix product: up to `rows` pixels times one panel of filters.
#pragma once
#include <cstddef>
#include <cstdint>

#include "dlis/compute/fused.h"
#include "dlis/hardware/simd_table.h"

namespace dlis {

// `length` consecutive floats of a pixel's neighbourhood, `offset` floats from its address.
struct GemmRun {
  std::int64_t offset = 0, length = 0;
};

// One call: y[i][j] = finish(sum over runs of a[i] * b[j]). Rows 0 .. ceil(rows / 2) - 1 of `a`
// start at a0, the others at a1, each half `a_step` floats apart; y and residual likewise. So both
// a stretch of one row of pixels and two rows of a narrow map are one call, without a pointer a
// row. The sum runs through the runs in their order, one fused multiply-add a term, from 0 or from
// `partial`: it does not depend on how rows, columns or runs were cut.
struct GemmTile {
  const float *a0 = nullptr, *a1 = nullptr;
  std::ptrdiff_t a_step = 0;
  const GemmRun* runs = nullptr;
  int run_count = 0;
  bool first = true, last = true;  // of the cuts of the runs
  bool clamped = true;             // the activation is clamp(low, high)
  const void* b = nullptr;         // the panel at the first run: `columns` weights a term
  float* partial = nullptr;        // rows x panel columns: sums between cuts
  float *y0 = nullptr, *y1 = nullptr;
  std::ptrdiff_t y_step = 0;
  const float *r0 = nullptr, *r1 = nullptr;  // residual, or null
  std::ptrdiff_t r_step = 0;
  const float* bias = nullptr;  // a whole panel's
  int columns = 0;              // of the panel that are stored
  Activation activation = Activation::none;
  float low = 0, high = 0;  // the clamp, or the activation's a and b
};

inline constexpr int kGemmMaxRows = 14;

// Panels are `wide` filters; a last one that needs no more than half of that is `narrow`.
struct GemmKernels {
  using Kernel = void (*)(const GemmTile&);
  int rows;                         // the most a kernel takes
  int wide, narrow;                 // columns
  Kernel f32[2][kGemmMaxRows + 1];  // [wide][rows]; [..][0] is null
  Kernel bf16[2][kGemmMaxRows + 1];
};

DLIS_SIMD_TABLE(GemmKernels, gemm_kernels)

}  // namespace dlis
