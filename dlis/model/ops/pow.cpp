// Pow: y = a ^ b with the type of a; the exponent's type may differ. Shapes broadcast as in numpy.
#include <cmath>

#include "dlis/model/ops/elementwise.h"

namespace dlis::model {
namespace {

struct Combine {
  template <class T>
  T operator()(T a, T b) const {
    return T(std::pow(a, b));
  }
};

Status infer(InferContext& context) {
  Shape shape;
  const Shape &a = shape_of(context, 0), &b = shape_of(context, 1);
  if (!broadcast(a, b, shape))
    return fail(fmt::format("shapes {} and {} do not fit", a.text(), b.text()));
  set_output(context, shape);
  return {};
}

Folded fold(const Node& node, std::span<const Tensor> inputs) {
  if (inputs[0].type() != DType::f32) return Folded();
  const Tensor both[] = {inputs[0], inputs[1].converted(DType::f32)};
  return fold_broadcast<Combine>(node, both);
}

}  // namespace

extern constinit const Operator pow_row{
    .name = "Pow", .min_inputs = 2, .max_inputs = 2, .infer = infer, .fold = fold};

extern constinit const OnnxForm pow_onnx{};

}  // namespace dlis::model
