// Axes and shapes of reductions.
#include "dlis/model/ops/reduce.h"

#include <algorithm>
#include <numeric>

namespace dlis::model {

Status import_reduce(ImportNode& in, int since) {
  Attributes& attributes = in.node.attributes;
  if (in.opset >= since) {
    attributes.erase("axes");
    DLIS_TRY(take_settings(in, 1, {{"axes"}}));
  }
  attributes.set("keepdims", std::int64_t(attributes.integer("keepdims", 1) != 0));
  set_default(attributes, "noop_with_empty_axes", std::int64_t(0));
  set_default(attributes, "axes", Ints());
  return {};
}

Status infer_reduce(InferContext& context) {
  const Shape& x = shape_of(context, 0);
  Attributes& attributes = context.node.attributes;
  Ints axes = DLIS_TRY(resolve_axes(attributes.ints("axes"), x.rank()));
  if (axes.empty() && !attributes.integer("noop_with_empty_axes")) {
    axes.resize(std::size_t(x.rank()));
    std::iota(axes.begin(), axes.end(), 0);
  }
  std::ranges::sort(axes);
  attributes.set("axes", axes);
  Shape y;
  for (int axis = 0; axis < x.rank(); ++axis) {
    const bool reduced = std::ranges::find(axes, axis) != axes.end();
    if (!reduced) y.push_back(x[axis]);
    if (reduced && attributes.integer("keepdims")) y.push_back(1);
  }
  set_output(context, y);
  return {};
}

Status export_reduce(ExportNode& out) {
  Attributes& attributes = out.node.attributes;
  if (attributes.ints("axes").empty() && attributes.integer("noop_with_empty_axes")) {
    out.node.op = find_operator("Identity");
    attributes = {};
    return {};
  }
  attributes.erase("noop_with_empty_axes");
  if (attributes.ints("axes").empty()) attributes.erase("axes");  // a scalar
  return {};
}

}  // namespace dlis::model
