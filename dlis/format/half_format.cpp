// Rounds weights to 16 bits and widens them again.
#include "dlis/format/half_format.h"

#include <algorithm>

#include "dlis/format/half.h"

namespace dlis {

std::size_t half_bytes(const Tensor& weights) { return std::size_t(weights.elements()) * 2; }

Encoded encode_halves(const Tensor& weights, DType type) {
  Tensor halves(type, weights.shape());
  std::ranges::transform(weights.as<float>(), halves.edit<std::uint16_t>().begin(),
                         [type](float value) { return to_half(type, value); });
  return Encoded{.format = find_format(name_of(type)),
                 .value_type = type,
                 .shape = weights.shape(),
                 .density = density_of(weights),
                 .parts = {halves}};
}

Tensor decode_halves(const Encoded& encoded) {
  Tensor weights(DType::f32, encoded.shape);
  std::ranges::transform(
      encoded.parts[0].as<std::uint16_t>(), weights.edit<float>().begin(),
      [type = encoded.value_type](std::uint16_t bits) { return from_half(type, bits); });
  return weights;
}

}  // namespace dlis
