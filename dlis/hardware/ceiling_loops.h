// The loops whose speed no kernel can pass, once per ISA.
#pragma once
#include <cstddef>
#include <cstdint>

#include "dlis/hardware/simd_table.h"

namespace dlis {

struct CeilingLoop {
  int operations = 0;                          // of one turn
  float (*run)(std::int64_t turns) = nullptr;  // the value only keeps the work alive
};

struct CeilingLoops {
  CeilingLoop f32, bf16, int8;                          // bf16: no loop where there is no unit
  float (*read)(const float* from, std::size_t count);  // count: a multiple of kReadFloats
};

inline constexpr std::size_t kReadFloats = 1024;

DLIS_SIMD_EXTENDED_TABLE(CeilingLoops, ceiling_loops)

}  // namespace dlis
