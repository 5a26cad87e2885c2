// Shapes of pools.
#include "dlis/model/ops/pool.h"

namespace dlis::model {

Status import_pool(ImportNode& in) {
  set_default(in.node.attributes, "ceil_mode", std::int64_t(0));
  return require(in.node.attributes, "kernel_shape");
}

Status infer_pool(InferContext& context) {
  DLIS_TRY(check_rank(context, 0, 3));
  const Shape& x = shape_of(context, 0);
  Attributes& attributes = context.node.attributes;
  const std::size_t axes = std::size_t(x.rank()) - 2;
  const Ints kernel = DLIS_TRY(spatial_ints(attributes, "kernel_shape", axes, 1, 1));
  Ints extents = DLIS_TRY(slide_window(attributes, x, kernel, attributes.integer("ceil_mode")));
  extents.insert(extents.begin(), {x[0], x[1]});
  set_output(context, Shape(extents));
  return {};
}

Status infer_global_pool(InferContext& context) {
  DLIS_TRY(check_rank(context, 0, 2));
  Shape y = shape_of(context, 0);
  for (int axis = 2; axis < y.rank(); ++axis) {
    if (y[axis] < 1) return fail(fmt::format("its input is {}", y.text()));
    y[axis] = 1;
  }
  set_output(context, y);
  return {};
}

}  // namespace dlis::model
