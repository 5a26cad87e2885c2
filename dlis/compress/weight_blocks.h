// Weights that become zero together: single ones, blocks of output channels, whole filters of them,
// or two of four.
#pragma once
#include <algorithm>
#include <cstdint>
#include <string>

#include "dlis/compress/technique.h"

namespace dlis {

enum class Granularity : std::uint8_t {
  element,
  block1x16,    // 16 neighbouring output channels at one input channel and filter position
  kernel1x16,   // the whole filters of 16 neighbouring output channels at one input channel
  two_of_four,  // the 2 smallest of 4 neighbours along the input channels
};
// element, block1x16, kernel1x16, 2of4
Result<Granularity> parse_granularity(const std::string& text);

// The blocks of one tensor of weights. At the ragged end of the channels a block of 1x16 is
// smaller; four of which some are missing are filled with zeros, so of three one goes, of two none.
// Channels of different groups of a convolution share no block, but those of depthwise ones do.
class WeightBlocks {
 public:
  // `values`, f32, are those of `weight` in the network.
  WeightBlocks(const Tensor& values, const Weight& weight, Granularity granularity);

  std::int64_t count() const { return lines_ * runs_; }
  std::int64_t prunable() const;  // weights that become zero with all blocks
  std::int64_t size(std::int64_t block) const {
    return width_ == 1 ? 1 : depth_ * std::max(run(block).length - stay_, std::int64_t(0));
  }

  // The root of the mean square of the weights that become zero with it, as an integer: without
  // its sign bit a float's bits are ordered as its value is, and NaN is above all.
  std::uint32_t magnitude(std::int64_t block) const {
    return width_ == 1 ? unsigned_bits(std::size_t(block)) : mean_magnitude(block);
  }
  void clear(std::int64_t block);  // they become zero

  const Tensor& values() const { return values_; }

 private:
  struct Run {  // of neighbours along the axis, `inner_` apart; `depth_` weights of each
    std::int64_t first, length;
  };
  struct Members;  // positions of those of a run that go, of the first weight of each
  Run run(std::int64_t block) const;
  Members members(std::int64_t block) const;
  std::uint32_t mean_magnitude(std::int64_t block) const;
  std::uint32_t unsigned_bits(std::size_t i) const {
    return values_.as<std::uint32_t>()[i] & 0x7fffffffu;
  }

  Tensor values_;
  std::int64_t lines_ = 1, extent_, inner_ = 1;  // along the axis: lines of `extent_` weights
  std::int64_t width_ = 1, stay_ = 0;            // of a run; of it, the largest that stay
  std::int64_t depth_ = 1;                       // weights next to each other that go together
  std::int64_t runs_;                            // in a line
};

}  // namespace dlis
