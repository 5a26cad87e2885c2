// QuantizeLinear, DequantizeLinear and Cast as one family.
#include "dlis/model/quantised.h"

#include <string_view>

#include "dlis/format/half.h"
#include "dlis/model/op.h"
#include "dlis/model/ops/quantised.h"

namespace dlis {
namespace {

Quant half(DType type) { return {type, {1.0f}, {0}, -1}; }

bool is(const Node& node, std::string_view op) { return node.op->name == op; }

}  // namespace

std::optional<Quant> rounds_to(const Graph& graph, const Node& node) {
  const std::int64_t to = node.attributes.integer("to");
  if (is(node, "QuantizeLinear"))
    return model::quant_of(node.attributes, to == model::kOnnxI8 ? DType::i8 : DType::u8);
  const bool from_real = real_type(graph.value(node.inputs[0])) == DType::f32;
  if (!is(node, "Cast") || !from_real) return std::nullopt;
  if (to == model::kOnnxBf16) return half(DType::bf16);
  if (to == model::kOnnxF16) return half(DType::f16);
  return std::nullopt;
}

std::optional<Quant> reads_as(const Graph& graph, const Node& node) {
  const Value& x = graph.value(node.inputs[0]);
  if (is(node, "DequantizeLinear")) return model::quant_of(node.attributes, x.type);
  const bool to_real = node.attributes.integer("to") == model::kOnnxF32;
  if (is(node, "Cast") && to_real && is_half(x.type)) return half(x.type);
  return std::nullopt;
}

Node rounding_node(const Quant& quant, std::string name, ValueId real, ValueId stored) {
  Node node{nullptr, std::move(name), {}, {real}, {stored}};
  if (is_half(quant.type)) {
    node.op = find_operator("Cast");
    node.attributes.set("to", quant.type == DType::f16 ? model::kOnnxF16 : model::kOnnxBf16);
  } else {
    node.op = find_operator("QuantizeLinear");
    model::set_quant(node.attributes, quant);
    node.attributes.set("to", quant.type == DType::i8 ? model::kOnnxI8 : model::kOnnxU8);
  }
  return node;
}

Node reading_node(const Quant& quant, std::string name, ValueId stored, ValueId real) {
  Node node{nullptr, std::move(name), {}, {stored}, {real}};
  if (is_half(quant.type)) {
    node.op = find_operator("Cast");
    node.attributes.set("to", model::kOnnxF32);
  } else {
    node.op = find_operator("DequantizeLinear");
    model::set_quant(node.attributes, quant);
  }
  return node;
}

ValueId add_real(Graph& graph, const Value& like, const std::string& suffix) {
  return graph.add_value({like.name + suffix, DType::f32, like.shape, {}, {}});
}

}  // namespace dlis
