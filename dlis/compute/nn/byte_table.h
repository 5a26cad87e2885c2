// A unary operator on bytes that stand for reals: what each of the 256 bytes becomes, worked out
// once through the operator's own kernel on reals.
#pragma once
#include "dlis/compute/nn/elementwise_kernels.h"
#include "dlis/compute/nn/loops.h"

namespace dlis::nn {

// Bytes in, bytes out, each with a scale of its own.
bool maps_bytes(const OpProblem& problem);

struct ByteTable {
  std::uint8_t to[256];  // by the bits of the input
  // Relu and Clip to the same scale cut off only, which vectors do faster than they look up.
  bool clamps = false;
  std::int32_t low = 0, high = 0;
};
ByteTable byte_table(const OpProblem& problem, ElementwiseKernel kernel, float a, float b);

// One tile; operand 0 is the output.
void run_table(const OpProblem& problem, const Call& call, const ByteTable& table,
               const Loops& loops, const Tiling& tiling, std::int64_t tile);

}  // namespace dlis::nn
