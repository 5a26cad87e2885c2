// The format `dense`: every weight as it is, 32 bits each.
#include "dlis/format/encoded.h"

namespace dlis {

extern const Format dense_row;

namespace {

std::size_t minimum_bytes(const Tensor& weights) { return std::size_t(weights.elements()) * 4; }

Result<Encoded> encode(const Tensor& weights) {
  if (weights.type() != DType::f32) return fail("dense weights have to be f32");
  return Encoded{.format = &dense_row,
                 .value_type = DType::f32,
                 .shape = weights.shape(),
                 .density = density_of(weights),
                 .parts = {weights}};
}

Tensor decode(const Encoded& encoded) { return encoded.parts[0]; }

}  // namespace

extern constinit const Format dense_row{.name = "dense",
                                        .exact = true,
                                        .rounding = 0,
                                        .minimum_bytes = minimum_bytes,
                                        .encode = encode,
                                        .decode = decode};

}  // namespace dlis
