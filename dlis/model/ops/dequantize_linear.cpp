// DequantizeLinear: y = (x - zero_point) * scale, of u8, i8 or i32. Canonical: scale and zero_point
// (numbers, one or one along `axis`; no `axis` where there is one scale).
#include "dlis/model/ops/quantised.h"

namespace dlis::model {
namespace {

bool is_integer(DType type) { return is_byte(type) || type == DType::i32; }

Status import(ImportNode& in) {
  Attributes& attributes = in.node.attributes;
  if (attributes.integer("block_size") != 0) return fail("blocks of scales are not supported");
  if (in.node.inputs.empty() || in.node.inputs[0] == kNoValue) return fail("input 0 is missing");
  const DType type = in.graph.value(in.node.inputs[0]).type;
  const Quant quant = DLIS_TRY(read_quant(in, 1, 2, type, attributes.integer("axis", 1)));
  erase(attributes, {"block_size", "output_dtype"});
  set_quant(attributes, quant);
  in.node.inputs.resize(1);
  return {};
}

Status infer(InferContext& context) {
  const ValueId x = context.node.inputs[0];
  if (!is_integer(context.graph.value(x).type))
    return fail(fmt::format("reads u8, i8 and i32, not {}", name_of(context.graph.value(x).type)));
  DLIS_TRY(check_quant(context));
  set_output(context, shape_of(context, 0));
  context.outputs[0]->type = DType::f32;
  return {};
}

Status export_(ExportNode& out) {
  give_quant(out, out.graph.value(out.node.inputs[0]).type);
  return {};
}

}  // namespace

extern constinit const Operator dequantize_linear_row{.name = "DequantizeLinear", .infer = infer};

extern constinit const OnnxForm dequantize_linear_onnx{
    .attributes = "axis block_size output_dtype", .import = import, .export_ = export_};

}  // namespace dlis::model
