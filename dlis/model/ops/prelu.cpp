// PRelu: y = x < 0 ? slope * x : x, where the slope broadcasts to x. Inputs x, slope.
#include "dlis/model/ops/rules.h"

namespace dlis::model {
namespace {

Status infer(InferContext& context) {
  DLIS_TRY(check_same_types(context));
  const Shape &x = shape_of(context, 0), &slope = shape_of(context, 1);
  Shape both;
  if (!broadcast(x, slope, both) || both != x)
    return fail(
        fmt::format("its slope is {}, which does not broadcast to {}", slope.text(), x.text()));
  set_output(context, x);
  return {};
}

}  // namespace

extern constinit const Operator prelu_row{
    .name = "PRelu", .min_inputs = 2, .max_inputs = 2, .weights = 0b10, .infer = infer};

extern constinit const OnnxForm prelu_onnx{};

}  // namespace dlis::model
