// Layers on quantised values: which a row computes as they are, and conversions around the others.
#pragma once
#include <optional>
#include <set>
#include <string>

#include "dlis/runtime/lower.h"

namespace dlis {

// How a value's integers stand for reals, where one scale says it.
Scale scale_of(const Value& value);

// Whether a Conv or dense layer may be computed on what is stored: bytes by bytes with one scale an
// output channel (`axis` of the weights), bf16 or f16. Layers on plain f32 are accepted.
Verdict accepts_quantised(const Graph& graph, const Node& node, int axis);

// Whether the operator gives elements of its input (and a constant, of Pad), whatever they stand
// for.
bool moves_elements(const Node& node);

// Whether the operator may read and write what is stored: it moves elements of one quantisation, or
// its row knows scales.
Verdict accepts_stored(const Graph& graph, const Node& node);

// Weights in bytes as the format `int8` keeps them; `bytes` are the value's, reshaped to K x ...
Encoded encoded_bytes(const Tensor& bytes, const Quant& quant);

// How a node stands to quantised values.
enum class Stand : std::uint8_t {
  plain,     // it reads and writes none
  converts,  // it is a QuantizeLinear, a DequantizeLinear or a Cast to or from bf16 or f16
  in_f32,    // no row computes it on what is stored
  free       // it may be computed on what is stored, or in f32 between conversions
};
std::vector<Stand> stands_of(const Graph& graph, const PlanOptions& options);

// Whether it is a convolution or dense layer, whose rows sum in f32 or i32 and store any type.
bool stores_any_type(const Graph& graph, const Node& node);

// Every node that no row computes on what is stored reads and writes reals instead, between
// conversions, and so do the free ones in `in_f32` (named by their first output). Reals keep the
// names of values. A rounding to bytes belongs to the network and stays; one to 16 bits is for
// those that compute with it and vanishes where nobody does. Errors: none of its own.
Result<Graph> settle_types(Graph graph, std::vector<Stand> stands,
                           const std::set<std::string>& in_f32 = {});

}  // namespace dlis
