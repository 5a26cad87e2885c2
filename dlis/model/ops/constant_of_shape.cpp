// ConstantOfShape: one value, repeated. Canonical: the value as a constant input of one element,
// shape.
#include "dlis/model/ops/rules.h"

namespace dlis::model {
namespace {

Status import(ImportNode& in) {
  const auto given = in.tensors.find("value");
  const Tensor value = given == in.tensors.end() ? Tensor::scalar(0) : given->second;
  if (value.elements() != 1) return fail("its value has to be one number");
  DLIS_TRY(take_settings(in, 0, {{"shape"}}));
  in.node.inputs = {in.graph.add_constant(in.node.name, value.reshaped({}))};
  return require(in.node.attributes, "shape");
}

Status infer(InferContext& context) {
  DLIS_TRY(check_rank(context, 0, 0, 0));
  const Shape shape = DLIS_TRY(make_shape(context.node.attributes.ints("shape")));
  set_output(context, shape);
  return {};
}

Folded fold(const Node& node, std::span<const Tensor> inputs) {
  return Folded({expand(inputs[0], Shape(node.attributes.ints("shape")))});
}

}  // namespace

extern constinit const Operator constant_of_shape_row{
    .name = "ConstantOfShape", .infer = infer, .fold = fold};

extern constinit const OnnxForm constant_of_shape_onnx{.attributes = "value", .import = import};

}  // namespace dlis::model
