// Softmax: e^x over its sum along an axis; and what it shares with LogSoftmax.
#include "dlis/model/ops/softmax.h"

namespace dlis::model {

Status import_softmax(ImportNode& in) {
  Attributes& attributes = in.node.attributes;
  const bool old = in.opset < 13;
  set_default(attributes, "axis", std::int64_t(old ? 1 : -1));
  attributes.set("coerce", std::int64_t(old));
  return {};
}

Status infer_softmax(InferContext& context) {
  const Shape& x = shape_of(context, 0);
  Attributes& attributes = context.node.attributes;
  const bool coerce = attributes.integer("coerce") != 0;
  int axis = 0;
  if (x.rank() > 0 || !coerce) {
    const std::int64_t given = attributes.integer("axis");
    axis = coerce && given == x.rank() ? x.rank() : DLIS_TRY(resolve_axis(given, x.rank()));
  }
  int longer = 0, last = axis;
  for (int i = axis; coerce && i < x.rank(); ++i)
    if (x[i] != 1) ++longer, last = i;
  if (coerce && longer < 2 && last < x.rank()) attributes.set("coerce", std::int64_t(0));
  attributes.set("axis", std::int64_t(attributes.integer("coerce") ? axis : last));
  set_output(context, x);
  return {};
}

Status export_softmax(ExportNode& out) {
  if (out.node.attributes.integer("coerce"))
    return fail("normalises over several axes at once, which opset 17 does not know");
  out.node.attributes.erase("coerce");
  return {};
}

extern constinit const Operator softmax_row{.name = "Softmax", .infer = infer_softmax};

extern constinit const OnnxForm softmax_onnx{
    .attributes = "axis", .import = import_softmax, .export_ = export_softmax};

}  // namespace dlis::model
