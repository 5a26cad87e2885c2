// Cast: the same values in another element type. Canonical: to, ONNX's number of the type; f64
// counts as f32 and bool as u8 with 0 and 1.
#include <optional>

#include "dlis/model/ops/rules.h"

namespace dlis::model {
namespace {

constexpr std::int64_t kBool = 9;

std::optional<DType> type_of(std::int64_t onnx) {
  switch (onnx) {
    case 1:
    case 11:
      return DType::f32;
    case 2:
    case kBool:
      return DType::u8;
    case 3:
      return DType::i8;
    case 6:
      return DType::i32;
    case 7:
      return DType::i64;
    case 10:
      return DType::f16;
    case 16:
      return DType::bf16;
  }
  return std::nullopt;
}

Status import(ImportNode& in) {
  in.node.attributes.erase("saturate");  // of 8-bit floats
  in.node.attributes.erase("round_mode");
  DLIS_TRY(require(in.node.attributes, "to"));
  const std::int64_t to = in.node.attributes.integer("to");
  if (!type_of(to)) return fail(fmt::format("element type {} is not supported", to));
  return {};
}

Status infer(InferContext& context) {
  const auto type = type_of(context.node.attributes.integer("to"));
  if (!type) return fail("its 'to' is not a type");
  set_output(context, shape_of(context, 0));
  context.outputs[0]->type = *type;
  return {};
}

Folded fold(const Node& node, std::span<const Tensor> inputs) {
  const std::int64_t to = node.attributes.integer("to");
  if (to != kBool) return Folded({inputs[0].converted(*type_of(to))});
  const Tensor numbers = inputs[0].converted(DType::f32);
  Tensor out(DType::u8, numbers.shape());
  auto flag = out.edit<std::uint8_t>().begin();
  for (float x : numbers.as<float>()) *flag++ = x != 0;
  return Folded({out});
}

}  // namespace

extern constinit const Operator cast_row{.name = "Cast", .infer = infer, .fold = fold};

extern constinit const OnnxForm cast_onnx{.attributes = "to saturate round_mode", .import = import};

}  // namespace dlis::model
