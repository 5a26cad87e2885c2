// The micro-kernels of the dense matrix product: up to `rows` pixels times one panel of filters.
#pragma once
#include <cstddef>
#include <cstdint>

#include "dlis/compute/kernel_ends.h"
#include "dlis/hardware/simd_table.h"

namespace dlis {

// Element types of a product, x by weights. Whatever they are, a kernel reads x in words of four
// bytes (of int8 on neon_i8mm: of eight), each of which is one step of the sum.
enum class GemmKind : std::uint8_t {
  f32,       // f32 by f32
  f32_bf16,  // f32 by bf16, which are widened
  f32_int8,  // f32 by i8, which are widened; sums are scaled
  // bf16 by bf16, summed in f32: two a word on avx512 and neon_i8mm, elsewhere x comes as f32
  bf16,
  f16,  // f16 by f16: x comes as f32, and weights are widened; also f32 by f16
  // u8 by i8, summed in i32: four a word on avx512 and neon_dot, eight on neon_i8mm, elsewhere x
  // comes as two i16
  int8,
  f32_bsr,       // f32 by blocks of 16 columns, of which only those that are not 0 are there
  f32_bsr_bf16,  // the same in bf16, which are widened
  f32_bsr_int8,  // the same in i8, which are widened; sums are scaled
  // By 2 bits, which `widen` makes f32 and i8 beforehand: they have no kernels of their own.
  f32_ternary2,
  int8_ternary2,
};
inline constexpr int kGemmKinds = 9;  // that have kernels

// `length` consecutive words of a pixel's neighbourhood, `offset` bytes from its address. Without
// initial values: arrays of them are made for every call and filled as far as they are needed.
struct GemmRun {
  std::int64_t offset, length;
};

// One call: y[i][j] = finish(sum over runs of a[i] * b[j]). Rows 0 .. ceil(rows / 2) - 1 of `a`
// start at a0, the others at a1, each half `a_step` bytes apart; y and residual likewise. So both
// a stretch of one row of pixels and two rows of a narrow map are one call, without a pointer a
// row. The sum runs through the words of the runs in their order, from 0 (bytes: from `start`) or
// from `partial`: it does not depend on how rows, columns or runs were cut.
struct GemmTile {
  const std::byte *a0 = nullptr, *a1 = nullptr;
  std::ptrdiff_t a_step = 0;
  const GemmRun* runs = nullptr;
  int run_count = 0;
  bool first = true, last = true;         // of the cuts of the runs
  bool cold = false;                      // nobody has read these weights lately: ask far ahead
  const std::byte* b = nullptr;           // the panel at the first run: `columns` weights a word
  const std::uint16_t* places = nullptr;  // bsr: which word of its run each of b's is
  std::byte* partial = nullptr;           // rows x panel columns of 4 bytes: sums between cuts
  std::byte *y0 = nullptr, *y1 = nullptr;
  std::ptrdiff_t y_step = 0;
  const std::byte *r0 = nullptr, *r1 = nullptr;  // residual, or null
  std::ptrdiff_t r_step = 0;
  const float* bias = nullptr;          // a whole panel's
  const float* multiplier = nullptr;    // only of weights in bytes
  const std::int32_t* start = nullptr;  // only of x in bytes
  int columns = 0;                      // of the panel that are stored
  KernelEnds ends;
};

inline constexpr int kGemmMaxRows = 14;
inline constexpr int kBlockColumns = 16;  // of a panel of bsr

// Panels are `wide` filters; a last one that needs no more than half of that is `narrow`.
struct GemmKernels {
  using Kernel = void (*)(const GemmTile&);
  struct OfKind {
    int rows;                          // the most a kernel takes
    Kernel tile[2][kGemmMaxRows + 1];  // [wide][rows]; [..][0] is null
  };
  int wide, narrow;  // columns
  OfKind kind[kGemmKinds];
  // Words of a panel of 2 bits a weight (format/ternary2.h) as the kernels of f32 and of int8 read
  // them. Each column has two values, +plus and -minus, for int8 whole numbers.
  using Widen = void (*)(const std::uint8_t* codes, std::int64_t words, int columns,
                         const float* plus, const float* minus, std::byte* to);
  Widen widen_f32, widen_int8;
};

DLIS_SIMD_TABLE(GemmKernels, gemm_kernels)

// Of an ISA that extends another one, which has the kernels for all else.
struct NarrowKernels {
  GemmKernels::OfKind bf16, int8;  // no rows: none of its own
  GemmKernels::Widen widen_int8;
};

DLIS_SIMD_EXTENDED_TABLE(NarrowKernels, narrow_kernels)

inline const GemmKernels::OfKind& gemm_kernels_of(GemmKind kind, Isa isa) {
  const NarrowKernels& own = narrow_kernels_for(isa);
  if (kind == GemmKind::bf16 && own.bf16.rows > 0) return own.bf16;
  if (kind == GemmKind::int8 && own.int8.rows > 0) return own.int8;
  return gemm_kernels_for(isa).kind[int(kind)];
}

inline GemmKernels::Widen widen_int8_of(Isa isa) {
  const GemmKernels::Widen own = narrow_kernels_for(isa).widen_int8;
  return own ? own : gemm_kernels_for(isa).widen_int8;
}

// For cores that run instructions in their order (Worker::in_order): the same sums, other loads.
struct InOrderKernels {
  GemmKernels::OfKind f32;  // no rows: none of its own
};

DLIS_SIMD_TABLE(InOrderKernels, in_order_kernels)

}  // namespace dlis
