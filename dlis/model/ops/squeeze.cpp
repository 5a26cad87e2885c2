// Squeeze: axes of extent 1 vanish. Canonical: axes; where the file named none the attribute is
// absent and all axes of extent 1 vanish.
#include <algorithm>

#include "dlis/model/ops/reshape.h"

namespace dlis::model {
namespace {

Status import(ImportNode& in) {
  return in.opset >= 13 ? take_settings(in, 1, {{"axes"}}) : Status();
}

Result<Shape> squeezed(const Attributes& attributes, const Shape& x) {
  const Ints axes = attributes.ints("axes");
  Shape y;
  for (int axis = 0; axis < x.rank(); ++axis) {
    const bool named = std::ranges::find(axes, axis) != axes.end();
    if (named && x[axis] != 1)
      return fail(fmt::format("axis {} of {} is not 1, so it cannot vanish", axis, x.text()));
    if (attributes.has("axes") ? !named : x[axis] != 1) y.push_back(x[axis]);
  }
  return y;
}

Status infer(InferContext& context) {
  Attributes& attributes = context.node.attributes;
  if (attributes.has("axes"))
    attributes.set("axes",
                   DLIS_TRY(resolve_axes(attributes.ints("axes"), shape_of(context, 0).rank())));
  return infer_reshape<squeezed>(context);
}

Status export_(ExportNode& out) {
  if (out.node.attributes.has("axes")) give_ints(out, "axes");
  return {};
}

}  // namespace

extern constinit const Operator squeeze_row{
    .name = "Squeeze", .infer = infer, .fold = fold_reshape<squeezed>};

extern constinit const OnnxForm squeeze_onnx{
    .attributes = "axes", .import = import, .export_ = export_};

}  // namespace dlis::model
