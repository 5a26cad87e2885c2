// Weights of three values a channel: what makes them, and how the format `ternary2` keeps them.
#pragma once
#include "dlis/format/encoded.h"

namespace dlis {

// Weights as one of +p, 0, -n, two scales for each channel of axis 0: 0 within `threshold` times
// the tensor's largest magnitude, else p and n the mean magnitudes of what they stand for, which
// have the smallest error for these signs (Li and Liu, "Ternary Weight Networks", 2016; two scales:
// Zhu et al., "Trained Ternary Quantization", 2017). NaN and infinities count as 0.
Tensor ternarised(const Tensor& weights, double threshold);

// Of an encoded tensor: weight i has bits 2 * (i % 4) and the next of byte i / 4, in two's
// complement 1, 0 or -1, and the channels' p and n. Of weights in bytes p and n are whole numbers,
// and a third part has the channels' scales.
inline int ternary_sign(std::span<const std::uint8_t> codes, std::int64_t i) {
  const int bits = codes[std::size_t(i / 4)] >> (2 * (i % 4)) & 3;
  return bits == 3 ? -1 : bits;
}

}  // namespace dlis
