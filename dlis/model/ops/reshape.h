// The family of operators that keep the elements and their order and change the shape.
#pragma once
#include "dlis/model/ops/rules.h"

namespace dlis::model {

// The output's shape from the node's canonical attributes, for inference and folding.
using ShapeRule = Result<Shape> (*)(const Attributes& attributes, const Shape& x);

template <ShapeRule rule>
Status infer_reshape(InferContext& context) {
  const Shape& x = shape_of(context, 0);
  const Shape y = DLIS_TRY(rule(context.node.attributes, x));
  set_output(context, y);
  return {};
}

template <ShapeRule rule>
Folded fold_reshape(const Node& node, std::span<const Tensor> inputs) {
  const Shape y = DLIS_TRY(rule(node.attributes, inputs[0].shape()));
  return Folded({inputs[0].reshaped(y)});
}

}  // namespace dlis::model
