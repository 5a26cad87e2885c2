// The two loops whose speed no kernel can pass, once per ISA.
#pragma once
#include <cstddef>
#include <cstdint>

#include "dlis/hardware/simd_table.h"

namespace dlis {

struct CeilingLoops {
  int flops;                                            // operations of one turn
  float (*multiply_add)(std::int64_t turns);            // the value only keeps the work alive
  float (*read)(const float* from, std::size_t count);  // count: a multiple of 128
};

DLIS_SIMD_TABLE(CeilingLoops, ceiling_loops)

}  // namespace dlis
