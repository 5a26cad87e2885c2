// The format `ternary2`: 2 bits a weight and two scales an output channel (axis 0), of weights that
// have at most two values beside 0 a channel.
#include "dlis/format/ternary2.h"

#include <fmt/format.h>

#include <cmath>

namespace dlis {

extern const Format ternary2_row;

namespace {

constexpr double kThreshold = 0.05;  // of the nearest weights; as `ternarise` has it

std::size_t channels_of(const Shape& shape) { return shape.rank() > 0 ? std::size_t(shape[0]) : 1; }

std::size_t each_of(const Tensor& weights) {
  const std::size_t channels = channels_of(weights.shape());
  return channels ? std::size_t(weights.elements()) / channels : 0;
}

std::size_t code_bytes(const Tensor& weights) { return (std::size_t(weights.elements()) + 3) / 4; }

std::size_t minimum_bytes(const Tensor& weights) {
  return code_bytes(weights) + 2 * sizeof(float) * channels_of(weights.shape());
}

// 1, 0 or -1 (-0 is 0), which stand for scales[0], 0 and -scales[1]; 2: the channel has another
// value. Trained scales may change sign, so both values may lie on one side of 0.
int sign_of(float w, float* scales) {
  if (w == 0) return 0;
  if (!std::isfinite(w)) return 2;
  const float as[] = {w, -w};
  const int own = w < 0;
  for (const int side : {own, 1 - own}) {
    if (scales[side] == 0) scales[side] = as[side];
    if (scales[side] == as[side]) return side ? -1 : 1;
  }
  return 2;
}

// The codes and the two values a channel, of values of any type.
template <class T>
Result<Encoded> encode_values(std::span<const T> from, const Shape& shape) {
  const std::size_t channels = channels_of(shape), each = channels ? from.size() / channels : 0;
  Encoded made{&ternary2_row, DType::f32, shape, 0, {}};
  Tensor codes(DType::u8, {std::int64_t((from.size() + 3) / 4)});
  Tensor scales(DType::f32, {std::int64_t(channels), 2});
  const auto code = codes.edit<std::uint8_t>();
  float* scale = scales.edit<float>().data();
  std::size_t nonzeros = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const int sign = sign_of(float(from[i]), scale + 2 * (i / each));
    if (sign == 2)
      return fail(fmt::format("not ternary: beside {:g} and {:g} channel {} has {:g}",
                              double(scale[2 * (i / each)]), -double(scale[2 * (i / each) + 1]),
                              i / each, double(from[i])));
    nonzeros += sign != 0;
    code[i / 4] |= std::uint8_t((sign & 3) << (2 * (i % 4)));
  }
  if (!from.empty()) made.density = double(nonzeros) / double(from.size());
  made.parts = {codes, scales};
  return made;
}

Result<Encoded> encode(const Tensor& weights) {
  if (weights.type() != DType::f32) return fail("weights for ternary2 have to be f32");
  return encode_values(weights.as<float>(), weights.shape());
}

Result<Encoded> encode_bytes(const Encoded& int8) {
  if (int8.parts.size() > 2) return fail("weights with zero points are not ternary");
  Encoded made = DLIS_TRY(encode_values(int8.parts[0].as<std::int8_t>(), int8.shape));
  made.value_type = DType::i8;
  made.parts.push_back(int8.parts[1]);
  return made;
}

// The value that a weight's code stands for, without the scale of weights in bytes.
class Values {
 public:
  explicit Values(const Encoded& encoded)
      : codes_(encoded.parts[0].as<std::uint8_t>()),
        scales_(encoded.parts[1].as<float>()),
        each_(std::max<std::size_t>(1, std::size_t(encoded.shape.elements()) /
                                           std::max<std::size_t>(1, scales_.size() / 2))) {}
  std::size_t channel(std::size_t i) const { return i / each_; }
  float operator()(std::size_t i) const {
    const int sign = ternary_sign(codes_, std::int64_t(i));
    return sign == 0 ? 0 : float(sign) * scales_[2 * channel(i) + (sign < 0)];
  }

 private:
  std::span<const std::uint8_t> codes_;
  std::span<const float> scales_;
  std::size_t each_;
};

Tensor decode(const Encoded& encoded) {
  Tensor weights(DType::f32, encoded.shape);
  const Values values(encoded);
  const auto to = weights.edit<float>();
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = values(i);
  if (encoded.value_type != DType::i8) return weights;
  const auto scales = encoded.parts[2].as<float>();
  for (std::size_t i = 0; i < to.size(); ++i) to[i] *= scales[values.channel(i)];
  return weights;
}

Encoded decode_bytes(const Encoded& encoded) {
  Tensor bytes(DType::i8, encoded.shape);
  const Values values(encoded);
  const auto to = bytes.edit<std::int8_t>();
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = std::int8_t(values(i));
  return {
      find_format("int8"), DType::i8, encoded.shape, encoded.density, {bytes, encoded.parts[2]}};
}

void ternarise_channel(std::span<float> weights, float edge) {
  double sum[2] = {}, count[2] = {};
  for (const float w : weights)
    if (std::abs(w) > edge) sum[w < 0] += std::abs(w), ++count[w < 0];
  const float p = count[0] > 0 ? float(sum[0] / count[0]) : 0;
  const float n = count[1] > 0 ? float(sum[1] / count[1]) : 0;
  for (float& w : weights) w = w > edge ? p : w < -edge ? -n : 0;
}

}  // namespace

Tensor ternarised(const Tensor& weights, double threshold) {
  Tensor result = weights.converted(DType::f32);
  const std::span<float> all = result.edit<float>();
  float most = 0;
  for (float& w : all) {
    if (!std::isfinite(w)) w = 0;
    most = std::max(most, std::abs(w));
  }
  const std::size_t each = each_of(result);
  for (std::size_t i = 0; each > 0 && i < all.size(); i += each)
    ternarise_channel(all.subspan(i, each), float(threshold * double(most)));
  return result;
}

extern constinit const Format ternary2_row{
    .name = "ternary2",
    .exact = true,
    .rounding = 0,
    .weight_bytes = 0.25,
    .nearest = [](const Tensor& weights) { return ternarised(weights, kThreshold); },
    .minimum_bytes = minimum_bytes,
    .encode = encode,
    .encode_bytes = encode_bytes,
    .decode_bytes = decode_bytes,
    .decode = decode};

}  // namespace dlis
