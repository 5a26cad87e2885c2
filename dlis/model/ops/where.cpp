// Where: a where the condition (u8) holds, else b; exporters compute shapes with it.
#include "dlis/model/ops/rules.h"

namespace dlis::model {
namespace {

Result<Shape> common(const Shape& condition, const Shape& a, const Shape& b) {
  Shape ab, all;
  if (broadcast(a, b, ab) && broadcast(condition, ab, all)) return all;
  return fail(fmt::format("shapes {}, {} and {} do not fit", condition.text(), a.text(), b.text()));
}

Status infer(InferContext& context) {
  if (context.inputs[0]->type != DType::u8 || context.inputs[1]->type != context.inputs[2]->type)
    return fail("it needs a condition and two values of one type");
  context.outputs[0]->shape =
      DLIS_TRY(common(shape_of(context, 0), shape_of(context, 1), shape_of(context, 2)));
  context.outputs[0]->type = context.inputs[1]->type;
  return {};
}

Folded fold(const Node&, std::span<const Tensor> inputs) {
  const Shape shape = DLIS_TRY(common(inputs[0].shape(), inputs[1].shape(), inputs[2].shape()));
  const Tensor condition = expand(inputs[0], shape), a = expand(inputs[1], shape);
  Tensor out = expand(inputs[2], shape);
  const std::size_t size = size_of(out.type());
  std::byte* to = out.edit_data();
  const auto chosen = condition.as<std::uint8_t>();
  for (std::size_t i = 0; i < chosen.size(); ++i)
    if (chosen[i]) std::memcpy(to + i * size, a.data() + i * size, size);
  return Folded({out});
}

}  // namespace

extern constinit const Operator where_row{
    .name = "Where", .min_inputs = 3, .max_inputs = 3, .infer = infer, .fold = fold};

extern constinit const OnnxForm where_onnx{};

}  // namespace dlis::model
