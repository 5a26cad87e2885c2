// The depthwise convolution of bytes where one instruction multiplies and adds four of them
// (AVX512_VNNI): 3x3 filters at stride 1 and 2 whose ends are a clamp to bytes.
#pragma once
#include "dlis/compute/conv/narrow_depthwise.h"
#include "dlis/compute/problem.h"

namespace dlis {

inline constexpr std::int64_t kDotChannels = 64;  // of a block

// What a block of channels needs. The four bytes of a product are the three input rows of one
// column and a zero. Channels stand as unpacking within 128 bits leaves them: vector k of four
// holds channels 4k + 0..3 and 16 + 4k + 0..3.
struct DotBlock {
  std::int8_t weights[3][4][kDotChannels];  // columns of the filter, vectors, bytes
  std::int32_t start[kDotChannels];
  float multiplier[kDotChannels], bias[kDotChannels];
};

struct DotDepthwiseKernels {
  void (*tile)(const NarrowTile&);  // null where the ISA has no such product
};

DLIS_SIMD_TABLE(DotDepthwiseKernels, dot_depthwise_kernels)

// The kernel for a problem of row `int8_depthwise`, or null.
void (*dot_depthwise_kernel(const ConvProblem& problem))(const NarrowTile&);
std::int64_t dot_depthwise_blocks(const ConvProblem& problem);
// Into zeroed memory.
void dot_depthwise_pack(const ConvProblem& problem, const Encoded& weights, const float* bias,
                        DotBlock* blocks);

}  // namespace dlis
