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
  // Bytes: sums[c] += in[r * stride + c], then means[c] = sums[c] * scale / count in whole units,
  // plus `zero`, saturated.
  void (*add_rows_u8)(std::int64_t rows, std::int64_t cols, const std::uint8_t* in,
                      std::int64_t stride, std::int32_t* sums);
  void (*add_rows_i8)(std::int64_t rows, std::int64_t cols, const std::int8_t* in,
                      std::int64_t stride, std::int32_t* sums);
  void (*means_u8)(std::int64_t cols, const std::int32_t* sums, std::uint8_t* means, float scale,
                   float count, float zero);
  void (*means_i8)(std::int64_t cols, const std::int32_t* sums, std::int8_t* means, float scale,
                   float count, float zero);
};

DLIS_SIMD_TABLE(ReduceKernels, reduce_kernels)

}  // namespace dlis
