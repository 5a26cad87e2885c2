// From what a value was seen to be to the range that bytes stand for.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "dlis/model/graph.h"

namespace dlis {

struct Range {
  float low = 0, high = 0;
  friend bool operator==(const Range&, const Range&) = default;
};

// How often a value lay in each of equal parts of what was seen. Exact zeros are not counted: bytes
// always hold zero, so that they say nothing about the range, and behind a ReLU they are the most.
struct Histogram {
  explicit Histogram(Range seen, std::size_t bins = 2048);
  void add(std::span<const float> values);

  Range seen;
  double width = 0;  // of a bin
  std::vector<double> counts;
};

enum class Calibration : std::uint8_t {
  minmax,      // all that was seen
  percentile,  // without 1/20000 at each end
  mse,         // of the shrunken ranges, the one with the least squared error of rounding
  kl  // the least divergence of what is stored from what was seen (Migacz, "8-bit Inference
      // with TensorRT", 2017), at both ends
};
Result<Calibration> parse_calibration(std::string_view text);

// Zero lies inside.
Range range_of(const Histogram& histogram, Calibration how);

// u8 per tensor whose ends are those of the range, zero being stored exactly.
Quant bytes_for(Range range);

// i8 along `axis`, zero points 0: scale k is max |w| / 127, or as much larger as it takes for bias
// k to fit i32 at `input_scale` times the scale of the weights. `bias` is empty or one a channel.
struct ByteWeights {
  Tensor weights;  // i8
  Quant quant;
  Tensor bias;  // i32; none where there is no bias
  Quant bias_quant;
};
ByteWeights byte_weights(const Tensor& weights, const Tensor& bias, int axis, float input_scale);

}  // namespace dlis
