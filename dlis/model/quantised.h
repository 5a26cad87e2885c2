// Nodes that round reals to what is stored, and back.
#pragma once
#include "dlis/model/graph.h"

namespace dlis {

// What the node rounds its input to, if it is a QuantizeLinear or a Cast to bf16 or f16; what it
// takes its input for, if it is a DequantizeLinear or a Cast from one of these to f32.
std::optional<Quant> rounds_to(const Graph& graph, const Node& node);
std::optional<Quant> reads_as(const Graph& graph, const Node& node);

// Such nodes. `stored` has the type quant.type, `real` is f32.
Node rounding_node(const Quant& quant, std::string name, ValueId real, ValueId stored);
Node reading_node(const Quant& quant, std::string name, ValueId stored, ValueId real);

// A plain f32 value of the shape of `like`.
ValueId add_real(Graph& graph, const Value& like, const std::string& suffix);

}  // namespace dlis
