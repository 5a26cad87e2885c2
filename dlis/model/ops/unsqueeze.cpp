// Unsqueeze: axes of extent 1 appear. Canonical: axes, ascending, positions in the output.
#include <algorithm>

#include "dlis/model/ops/reshape.h"

namespace dlis::model {
namespace {

Status import(ImportNode& in) {
  if (in.opset >= 13) DLIS_TRY(take_settings(in, 1, {{"axes"}}));
  return require(in.node.attributes, "axes");
}

Result<Shape> unsqueezed(const Attributes& attributes, const Shape& x) {
  const Ints axes = attributes.ints("axes");
  Ints y = to_ints(x);
  for (auto axis : axes) y.insert(y.begin() + axis, 1);
  return make_shape(y);
}

Status infer(InferContext& context) {
  Attributes& attributes = context.node.attributes;
  const Ints given = attributes.ints("axes");
  if (given.size() > std::size_t(kMaxRank)) return fail("it adds too many axes");
  const int rank = shape_of(context, 0).rank() + int(given.size());
  Ints axes = DLIS_TRY(resolve_axes(given, rank));
  std::ranges::sort(axes);
  attributes.set("axes", axes);
  return infer_reshape<unsqueezed>(context);
}

Status export_(ExportNode& out) {
  give_ints(out, "axes");
  return {};
}

}  // namespace

extern constinit const Operator unsqueeze_row{
    .name = "Unsqueeze", .infer = infer, .fold = fold_reshape<unsqueezed>};

extern constinit const OnnxForm unsqueeze_onnx{
    .attributes = "axes", .import = import, .export_ = export_};

}  // namespace dlis::model
