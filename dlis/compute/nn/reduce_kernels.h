// Kernels that add up or take the largest of many elements, compiled once per ISA.
#pragma once
#include <cstdint>

#include "dlis/hardware/simd_table.h"

namespace dlis {

// Sums are taken in two levels (64 rows, or 1024 elements, then their sums), which keeps the
// rounding error small; the order depends on the sizes alone.
struct ReduceKernels {
  // acc[c] = acc[c] joined with in[r * stride + c] for all rows r, in order.
  void (*sum_rows)(std::int64_t rows, std::int64_t cols, const float* in, std::int64_t stride,
                   float* acc);
  void (*max_rows)(std::int64_t rows, std::int64_t cols, const float* in, std::int64_t stride,
                   float* acc);
  // Over n contiguous elements; 0 or -infinity for none.
  float (*sum)(std::int64_t n, const float* in);
  float (*max)(std::int64_t n, const float* in);
};

DLIS_SIMD_TABLE(ReduceKernels, reduce_kernels)

}  // namespace dlis
