// QuantizeLinear: y = saturate(round(x / scale) + zero_point), half to even. Canonical: scale and
// zero_point (numbers, one or one along `axis`), `to` (ONNX's number of u8 or i8; no `axis` where
// there is one scale).
#include <cmath>

#include "dlis/model/ops/quantised.h"

namespace dlis::model {
namespace {

Status import(ImportNode& in) {
  Attributes& attributes = in.node.attributes;
  if (attributes.integer("block_size") != 0) return fail("blocks of scales are not supported");
  const Tensor zeros = DLIS_TRY(in.constant_input(2));
  const std::int64_t asked = attributes.integer("output_dtype");
  DType type = asked == kOnnxI8 ? DType::i8 : DType::u8;
  if (zeros.has_value()) type = zeros.type();
  if ((type != DType::u8 && type != DType::i8) ||
      (asked != 0 && asked != kOnnxU8 && asked != kOnnxI8))
    return fail("rounds to u8 and i8 only");
  const Quant quant = DLIS_TRY(read_quant(in, 1, 2, type, attributes.integer("axis", 1)));
  erase(attributes, {"block_size", "output_dtype", "saturate", "precision"});
  set_quant(attributes, quant);
  attributes.set("to", type == DType::u8 ? kOnnxU8 : kOnnxI8);
  in.node.inputs.resize(1);
  return {};
}

DType type_of(const Node& node) {
  return node.attributes.integer("to") == kOnnxI8 ? DType::i8 : DType::u8;
}

Status infer(InferContext& context) {
  if (context.inputs[0]->type != DType::f32)
    return fail(fmt::format("rounds f32, not {}", name_of(context.inputs[0]->type)));
  DLIS_TRY(check_quant(context));
  set_output(context, shape_of(context, 0));
  context.outputs[0]->type = type_of(context.node);
  return {};
}

// Weights that a file holds in f32 become what they are rounded to.
Folded fold(const Node& node, std::span<const Tensor> inputs) {
  const DType type = type_of(node);
  const Quant quant = quant_of(node.attributes, type);
  Tensor stored = inputs[0];
  std::int64_t inner = 1;
  for (int axis = stored.shape().rank(); quant.axis >= 0 && --axis > quant.axis;)
    inner *= stored.shape()[axis];
  std::size_t i = 0;
  for (float& x : stored.edit<float>()) {
    const std::size_t at = quant.axis < 0 ? 0 : i / std::size_t(inner) % quant.scale.size();
    x = std::nearbyint(x / quant.scale[at]) + float(quant.zero_point[at]);
    ++i;
  }
  return Folded({stored.converted(type)});  // which saturates
}

Status export_(ExportNode& out) {
  give_quant(out, type_of(out.node));
  return {};
}

}  // namespace

extern constinit const Operator quantize_linear_row{
    .name = "QuantizeLinear", .infer = infer, .fold = fold};

extern constinit const OnnxForm quantize_linear_onnx{
    .attributes = "axis block_size output_dtype precision saturate",
    .import = import,
    .export_ = export_};

}  // namespace dlis::model
