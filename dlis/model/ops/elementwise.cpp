// The common shape rule of elementwise operators.
#include "dlis/model/ops/elementwise.h"

namespace dlis::model {

Status infer_broadcast(InferContext& context) {
  DLIS_TRY(check_same_types(context));
  Shape shape = shape_of(context, 0);
  for (int i = 1; i < int(context.inputs.size()); ++i) {
    if (!context.inputs[std::size_t(i)]) return fail(fmt::format("input {} is missing", i));
    const Shape sofar = shape;
    if (!broadcast(sofar, shape_of(context, i), shape))
      return fail(
          fmt::format("shapes {} and {} do not fit", sofar.text(), shape_of(context, i).text()));
  }
  set_output(context, shape);
  return {};
}

}  // namespace dlis::model
