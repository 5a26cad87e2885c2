// Picks the kernel and packs blocks of channels for it.
#include "dlis/compute/conv/dot_depthwise.h"

#include "dlis/base/divide.h"
#include "dlis/compute/narrow.h"

namespace dlis {

void (*dot_depthwise_kernel(const ConvProblem& p))(const NarrowTile&) {
  const bool fits = p.integer() && p.r == 3 && p.s == 3 && p.dilation_h == 1 && p.dilation_w == 1 &&
                    p.stride_h == p.stride_w && p.stride_h <= 2 && !p.ends.add;
  const KernelEnds ends = kernel_ends(p);
  if (!fits || !ends.clamped || ends.y_f32) return nullptr;
  return dot_depthwise_kernels_for(p.isa).tile;
}

std::int64_t dot_depthwise_blocks(const ConvProblem& p) { return divide_up(p.c, kDotChannels); }

void dot_depthwise_pack(const ConvProblem& p, const Encoded& weights, const float* bias,
                        DotBlock* blocks) {
  const auto values = weights.parts[0].as<std::int8_t>();
  const ByteFilters filters = byte_filters(p, weights, bias);
  const std::int32_t x_zero = kernel_ends(p).x_zero;
  for (std::int64_t c = 0; c < p.c; ++c) {
    DotBlock& block = blocks[c / kDotChannels];
    const std::int64_t lane = c % kDotChannels;
    const std::int64_t vector = lane % 16 / 4, element = lane / 16 * 4 + lane % 4;
    for (std::int64_t tap = 0; tap < 9; ++tap)
      block.weights[tap % 3][vector][4 * element + tap / 3] = values[std::size_t(9 * c + tap)];
    block.start[16 * vector + element] = -x_zero * filters.sum[std::size_t(c)];
    block.multiplier[16 * vector + element] = filters.multiplier[std::size_t(c)];
    block.bias[16 * vector + element] = filters.bias[std::size_t(c)];
  }
}

}  // namespace dlis
