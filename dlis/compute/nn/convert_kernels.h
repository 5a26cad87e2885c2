// Between stored numbers and the reals that they stand for, one run of elements at a time; compiled
// once per ISA.
#pragma once
#include <cstdint>

#include "dlis/hardware/simd_table.h"

namespace dlis {

// `count` contiguous elements; element i has the scale at scale[i * step] and the zero point at
// zero[i * step], step 0 or 1.
struct ConvertRun {
  std::int64_t count = 0;
  const void* in = nullptr;
  void* out = nullptr;
  const float* scale = nullptr;
  const float* zero = nullptr;
  std::int64_t step = 0;
};
using ConvertKernel = void (*)(const ConvertRun& run);

struct ConvertKernels {
  ConvertKernel read_u8, read_i8, read_i32, read_bf16, read_f16;  // (stored - zero) * scale, to f32
  // f32 / scale + zero, half to even, saturated
  ConvertKernel round_u8, round_i8, round_bf16, round_f16;
  // Bytes plus bytes: round((a - a_zero) * a_scale + (b - b_zero) * b_scale), where the scales are
  // already divided by the output's and `rest` holds all zero points.
  void (*add_u8)(std::int64_t count, const std::uint8_t* a, const std::uint8_t* b,
                 std::uint8_t* out, float a_scale, float b_scale, float rest);
  void (*add_i8)(std::int64_t count, const std::int8_t* a, const std::int8_t* b, std::int8_t* out,
                 float a_scale, float b_scale, float rest);
  // min(max(in, low), high)
  void (*clamp_u8)(std::int64_t count, const std::uint8_t* in, std::uint8_t* out, std::uint8_t low,
                   std::uint8_t high);
  void (*clamp_i8)(std::int64_t count, const std::int8_t* in, std::int8_t* out, std::int8_t low,
                   std::int8_t high);
};

DLIS_SIMD_TABLE(ConvertKernels, convert_kernels)

}  // namespace dlis
