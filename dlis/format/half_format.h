// What the formats of 16 bits a weight share.
#pragma once
#include "dlis/format/encoded.h"

namespace dlis {

std::size_t half_bytes(const Tensor& weights);
// `format` is the row that `type` names; `weights` are f32.
Encoded encode_halves(const Tensor& weights, DType type);
Tensor decode_halves(const Encoded& encoded);

}  // namespace dlis
