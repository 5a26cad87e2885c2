// The format `bf16`: every weight rounded to the upper half of an f32.
#include <algorithm>
#include <cmath>

#include "dlis/format/encoded.h"

namespace dlis {

extern const Format bf16_row;

namespace {

std::size_t minimum_bytes(const Tensor& weights) { return std::size_t(weights.elements()) * 2; }

Result<Encoded> encode(const Tensor& weights) {
  if (weights.type() != DType::f32) return fail("weights for bf16 have to be f32");
  Tensor halves(DType::bf16, weights.shape());
  std::ranges::transform(weights.as<float>(), halves.edit<std::uint16_t>().begin(), to_bf16);
  return Encoded{.format = &bf16_row,
                 .value_type = DType::bf16,
                 .shape = weights.shape(),
                 .density = density_of(weights),
                 .parts = {halves}};
}

Tensor decode(const Encoded& encoded) {
  Tensor weights(DType::f32, encoded.shape);
  std::ranges::transform(encoded.parts[0].as<std::uint16_t>(), weights.edit<float>().begin(),
                         from_bf16);
  return weights;
}

}  // namespace

// Eight significant bits, so half a unit in the last place is 2^-8 of the value at most. Values
// below the smallest normal number lose more of themselves, those beyond the largest become
// infinite.
extern constinit const Format bf16_row{.name = "bf16",
                                       .exact = false,
                                       .rounding = 0x1p-8,
                                       .weight_bytes = 2,
                                       .minimum_bytes = minimum_bytes,
                                       .encode = encode,
                                       .decode = decode};

}  // namespace dlis
