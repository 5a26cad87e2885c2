// Flatten: the axes in front of `axis` become one, and so do the others. Canonical: axis, 0 to
// rank.
#include "dlis/model/ops/reshape.h"

namespace dlis::model {
namespace {

Status import(ImportNode& in) {
  set_default(in.node.attributes, "axis", std::int64_t(1));
  return {};
}

Result<Shape> flat(const Attributes& attributes, const Shape& x) {
  const std::int64_t axis = attributes.integer("axis");
  Shape y{1, 1};
  for (int i = 0; i < x.rank(); ++i) y[i < axis ? 0 : 1] *= x[i];
  return y;
}

Status infer(InferContext& context) {
  const int rank = shape_of(context, 0).rank();
  const std::int64_t axis = context.node.attributes.integer("axis");
  if (axis < -rank || axis > rank)
    return fail(fmt::format("axis {} is not one of a value with {} axes", axis, rank));
  context.node.attributes.set("axis", axis < 0 ? axis + rank : axis);
  return infer_reshape<flat>(context);
}

}  // namespace

extern constinit const Operator flatten_row{
    .name = "Flatten", .infer = infer, .fold = fold_reshape<flat>};

extern constinit const OnnxForm flatten_onnx{.attributes = "axis", .import = import};

}  // namespace dlis::model
