// The format `f16`: every weight rounded to IEEE 754 half precision.
#include <algorithm>
#include <cmath>

#include "dlis/format/half.h"
#include "dlis/format/half_format.h"

namespace dlis {
namespace {

bool overflows(float value) { return std::isfinite(value) && std::isinf(from_f16(to_f16(value))); }

// What is smaller than a normal number loses more of itself than `rounding` says: it is rounded.
Tensor nearest(const Tensor& weights) {
  Tensor out(DType::f32, weights.shape());
  std::ranges::transform(weights.as<float>(), out.edit<float>().begin(), [](float value) {
    if (overflows(value)) return std::copysign(kLargestF16, value);
    return std::abs(value) < kSmallestNormalF16 ? from_f16(to_f16(value)) : value;
  });
  return out;
}

Result<Encoded> encode(const Tensor& weights) {
  if (weights.type() != DType::f32) return fail("weights for f16 have to be f32");
  if (std::ranges::any_of(weights.as<float>(), overflows))
    return fail("a weight is beyond 65504, the largest number of f16");
  return encode_halves(weights, DType::f16);
}

}  // namespace

// Eleven significant bits, so half a unit in the last place is 2^-11 of the value at most.
extern constinit const Format f16_row{.name = "f16",
                                      .exact = false,
                                      .rounding = 0x1p-11,
                                      .weight_bytes = 2,
                                      .nearest = nearest,
                                      .minimum_bytes = half_bytes,
                                      .encode = encode,
                                      .decode = decode_halves};

}  // namespace dlis
