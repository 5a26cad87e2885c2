// Gather: entries of `axis`, picked by indices of any shape. Inputs data, indices (i32 or i64;
// negative ones count from the end). Canonical: axis.
#include "dlis/model/ops/rules.h"

namespace dlis::model {
namespace {

Status import(ImportNode& in) {
  set_default(in.node.attributes, "axis", std::int64_t(0));
  return {};
}

Result<Shape> gathered(const Shape& data, const Shape& indices, int axis) {
  Ints y(data.begin(), data.begin() + axis);
  y.insert(y.end(), indices.begin(), indices.end());
  y.insert(y.end(), data.begin() + axis + 1, data.end());
  return make_shape(y);
}

Status infer(InferContext& context) {
  const DType type = context.inputs[1]->type;
  if (type != DType::i64 && type != DType::i32)
    return fail(fmt::format("its indices are {}", name_of(type)));
  const Shape& data = shape_of(context, 0);
  Attributes& attributes = context.node.attributes;
  const int axis = DLIS_TRY(resolve_axis(attributes.integer("axis"), data.rank()));
  attributes.set("axis", std::int64_t(axis));
  const Shape y = DLIS_TRY(gathered(data, shape_of(context, 1), axis));
  set_output(context, y);
  return {};
}

// data is seen as front x extent x behind; each index takes a run of `behind`.
Folded fold(const Node& node, std::span<const Tensor> inputs) {
  const Shape& data = inputs[0].shape();
  const int axis = int(node.attributes.integer("axis"));
  const Shape y = DLIS_TRY(gathered(data, inputs[1].shape(), axis));
  std::int64_t front = 1, behind = 1;
  for (int i = 0; i < axis; ++i) front *= data[i];
  for (int i = axis + 1; i < data.rank(); ++i) behind *= data[i];
  const auto run = std::size_t(behind) * size_of(inputs[0].type());
  const Ints indices = integers_of(inputs[1]);
  Tensor out(inputs[0].type(), y);
  std::byte* to = out.edit_data();
  for (std::int64_t i = 0; i < front; ++i)
    for (const std::int64_t given : indices) {
      const std::int64_t index = given < 0 ? given + data[axis] : given;
      if (index < 0 || index >= data[axis])
        return fail(fmt::format("index {} is outside axis {} of {}", given, axis, data.text()));
      std::memcpy(to, inputs[0].data() + std::size_t(i * data[axis] + index) * run, run);
      to += run;
    }
  return Folded({out});
}

}  // namespace

extern constinit const Operator gather_row{
    .name = "Gather", .min_inputs = 2, .max_inputs = 2, .infer = infer, .fold = fold};

extern constinit const OnnxForm gather_onnx{.attributes = "axis", .import = import};

}  // namespace dlis::model
