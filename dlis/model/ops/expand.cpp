// Expand: x broadcast with a shape, both ways. Canonical: shape.
#include "dlis/model/ops/rules.h"

namespace dlis::model {
namespace {

Status import(ImportNode& in) {
  DLIS_TRY(take_settings(in, 1, {{"shape"}}));
  return require(in.node.attributes, "shape");
}

Result<Shape> expanded(const Attributes& attributes, const Shape& x) {
  const Shape wanted = DLIS_TRY(make_shape(attributes.ints("shape")));
  Shape y;
  if (broadcast(x, wanted, y)) return y;
  return fail(fmt::format("{} does not expand to {}", x.text(), wanted.text()));
}

Status infer(InferContext& context) {
  const Shape& x = shape_of(context, 0);
  const Shape y = DLIS_TRY(expanded(context.node.attributes, x));
  set_output(context, y);
  return {};
}

Status export_(ExportNode& out) {
  give_ints(out, "shape");
  return {};
}

Folded fold(const Node& node, std::span<const Tensor> inputs) {
  const Shape y = DLIS_TRY(expanded(node.attributes, inputs[0].shape()));
  return Folded({expand(inputs[0], y)});
}

}  // namespace

extern constinit const Operator expand_row{.name = "Expand", .infer = infer, .fold = fold};

extern constinit const OnnxForm expand_onnx{
    .attributes = "shape", .import = import, .export_ = export_};

}  // namespace dlis::model
