// The format `bf16`: every weight rounded to the upper half of an f32.
#include "dlis/format/half_format.h"

namespace dlis {
namespace {

Result<Encoded> encode(const Tensor& weights) {
  if (weights.type() != DType::f32) return fail("weights for bf16 have to be f32");
  return encode_halves(weights, DType::bf16);
}

}  // namespace

// Eight significant bits, so half a unit in the last place is 2^-8 of the value at most. Values
// below the smallest normal number lose more of themselves, those beyond the largest become
// infinite.
extern constinit const Format bf16_row{.name = "bf16",
                                       .exact = false,
                                       .rounding = 0x1p-8,
                                       .weight_bytes = 2,
                                       .minimum_bytes = half_bytes,
                                       .encode = encode,
                                       .decode = decode_halves};

}  // namespace dlis
