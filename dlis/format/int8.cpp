// The format `int8`: every weight as 8 bits with one scale per output channel (axis 0).
#include <algorithm>
#include <cmath>
#include <limits>

#include "dlis/format/encoded.h"

namespace dlis {

extern const Format int8_row;

namespace {

constexpr float kLargest = 127;  // symmetric: -128 is not used, so a sign never changes a magnitude

std::int64_t channels_of(const Shape& shape) { return shape.rank() > 0 ? shape[0] : 1; }

std::size_t minimum_bytes(const Tensor& weights) {
  return std::size_t(weights.elements()) +
         sizeof(float) * std::size_t(channels_of(weights.shape()));
}

// The largest magnitude becomes 127. Scales stay normal numbers, so that they keep their precision.
float scale_of(std::span<const float> channel) {
  float largest = 0;
  for (float x : channel) largest = std::max(largest, std::abs(x));
  return largest == 0 ? 1 : std::max(largest / kLargest, std::numeric_limits<float>::min());
}

Result<Encoded> encode(const Tensor& weights) {
  if (weights.type() != DType::f32) return fail("weights for int8 have to be f32");
  const auto from = weights.as<float>();
  if (!std::ranges::all_of(from, [](float x) { return std::isfinite(x); }))
    return fail("weights for int8 have to be finite");
  const std::int64_t channels = channels_of(weights.shape());
  Tensor bytes(DType::i8, weights.shape()), scales(DType::f32, {channels});
  const std::size_t each = channels > 0 ? from.size() / std::size_t(channels) : 0;
  std::int8_t* to = bytes.edit<std::int8_t>().data();
  for (std::size_t k = 0; k < std::size_t(channels); ++k) {
    const auto channel = from.subspan(k * each, each);
    const float scale = scales.edit<float>()[k] = scale_of(channel);
    for (float x : channel)
      *to++ = std::int8_t(std::clamp(std::nearbyint(x / scale), -kLargest, kLargest));
  }
  return Encoded{.format = &int8_row,
                 .value_type = DType::i8,
                 .shape = weights.shape(),
                 .density = density_of(weights),
                 .parts = {bytes, scales}};
}

// Weights of a file may have zero points (i32, one a channel) as a third part.
Tensor decode(const Encoded& encoded) {
  Tensor weights(DType::f32, encoded.shape);
  const auto bytes = encoded.parts[0].as<std::int8_t>();
  const auto scales = encoded.parts[1].as<float>();
  const auto to = weights.edit<float>();
  const std::size_t each = scales.empty() ? 0 : bytes.size() / scales.size();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const int zero = encoded.parts.size() > 2 ? encoded.parts[2].as<std::int32_t>()[i / each] : 0;
    to[i] = float(int(bytes[i]) - zero) * scales[i / each];
  }
  return weights;
}

}  // namespace

// Half a step of the scale is 1/254 of the channel's largest magnitude; the division and the
// product round once each.
extern constinit const Format int8_row{.name = "int8",
                                       .exact = false,
                                       .rounding = 1.00001 / 254,
                                       .weight_bytes = 1,
                                       .per_channel = true,
                                       .minimum_bytes = minimum_bytes,
                                       .encode = encode,
                                       .decode = decode};

}  // namespace dlis
