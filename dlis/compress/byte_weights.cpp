// The scales of bytes: of activations from their range, of weights from their largest.
#include <algorithm>
#include <cmath>

#include "dlis/compress/axis_index.h"
#include "dlis/compress/calibration.h"

namespace dlis {
namespace {

constexpr double kMostBias = 1 << 30;  // of a stored bias

Floats scales_of(const Tensor& weights, const Tensor& bias, const AxisIndex& index,
                 float input_scale) {
  std::vector<double> scales(std::size_t(index.extent));
  const auto values = weights.as<float>();
  for (std::size_t i = 0; i < values.size(); ++i)
    scales[index(i)] = std::max(scales[index(i)], double(std::abs(values[i])) / 127);
  Floats rounded;
  for (std::size_t k = 0; k < scales.size(); ++k) {
    const double b = bias.has_value() ? std::abs(double(bias.as<float>()[k])) : 0;
    const double scale = std::max(scales[k], b / (double(input_scale) * kMostBias));
    rounded.push_back(scale > 1e-30 ? float(scale) : 1.0f);
  }
  return rounded;
}

}  // namespace

Quant bytes_for(Range range) {
  const double low = std::min(range.low, 0.0f), high = std::max(range.high, 0.0f);
  const double scale = high - low > 1e-20 ? (high - low) / 255 : 1;
  const auto zero = std::int32_t(std::nearbyint(-low / scale));
  return {DType::u8, {float(scale)}, {std::clamp(zero, 0, 255)}, -1};
}

ByteWeights byte_weights(const Tensor& weights, const Tensor& bias, int axis, float input_scale) {
  const AxisIndex index(weights.shape(), axis);
  const Floats scales = scales_of(weights, bias, index, input_scale);
  const std::vector<std::int32_t> zeros(scales.size(), 0);
  ByteWeights made{Tensor(DType::i8, weights.shape()), {DType::i8, scales, zeros, axis}, {}, {}};
  const auto from = weights.as<float>();
  const auto to = made.weights.edit<std::int8_t>();
  for (std::size_t i = 0; i < from.size(); ++i)
    to[i] = std::int8_t(std::clamp(std::nearbyint(from[i] / scales[index(i)]), -127.0f, 127.0f));
  if (!bias.has_value()) return made;
  made.bias = Tensor(DType::i32, bias.shape());
  made.bias_quant = {DType::i32, scales, zeros, 0};
  const auto stored = made.bias.edit<std::int32_t>();
  for (std::size_t k = 0; k < scales.size(); ++k) {
    float& scale = made.bias_quant.scale[k];
    scale *= input_scale;
    stored[k] = std::int32_t(std::nearbyint(double(bias.as<float>()[k]) / double(scale)));
  }
  return made;
}

}  // namespace dlis
