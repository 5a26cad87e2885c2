// A tensor in a format, and what a format is.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "dlis/base/rng.h"
#include "dlis/format/tensor.h"

namespace dlis {

struct Format;

// Weights as a format keeps them. `parts` are the format's own arrays (csr: values, deltas, rows).
struct Encoded {
  const Format* format = nullptr;
  DType value_type = DType::f32;  // what one stored value is
  Shape shape;                    // logical: OIHW for a convolution, KxC for a dense layer
  double density = 1;             // share that is stored where zeros are left out, 0 to 1
  // int8: i8 values, f32 scales, one a channel of axis 0, and where a file has them i32 zero
  // points.
  std::vector<Tensor> parts;
  std::size_t bytes() const;  // the sum over the parts
};

// A row of formats.inc. Tensors are f32 in and out.
struct Format {
  const char* name;
  bool exact;       // decode(encode(x)) == x, bit by bit (ternary2: but for the sign of a zero)
  double rounding;  // largest relative error of one value; 0 where exact
  double weight_bytes = 4;  // of a stored weight, without indices and scales
  // The error is relative to the largest magnitude of the value's output channel (axis 0) instead,
  // and weights have to be finite.
  bool per_channel = false;
  // The nearest weights that the format can hold, for tests and benches; encode refuses others.
  // Null: it holds any.
  Tensor (*nearest)(const Tensor& weights) = nullptr;
  bool sparse = false;     // zeros are left out
  std::int64_t block = 1;  // so many neighbouring output channels are stored or left out together
  std::size_t (*minimum_bytes)(const Tensor& weights);  // arithmetic minimum (narrowest indices)
  Result<Encoded> (*encode)(const Tensor& weights);
  // For layers of bytes, from and to weights in `int8`, exactly. Null: the format cannot serve
  // them.
  Result<Encoded> (*encode_bytes)(const Encoded& int8) = nullptr;
  Encoded (*decode_bytes)(const Encoded& encoded) = nullptr;
  Tensor (*decode)(const Encoded& encoded);
};

std::span<const Format* const> formats();          // in the order of formats.inc
const Format* find_format(std::string_view name);  // null: there is none
// Share of non-zeros in f32 or i8 weights.
double density_of(const Tensor& weights);
// The share that a format stores: of blocks those with a non-zero.
double density_of(const Tensor& weights, const Format& format);

// For tests and benches: f32 weights of which a random share of 1 - density becomes 0, in blocks of
// `block` neighbouring output channels.
void thin_out(Tensor& weights, double density, std::int64_t block, Rng& rng);

}  // namespace dlis
