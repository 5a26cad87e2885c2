// Shape: the input's extents from axis `start` to `end` as i64; known as soon as shapes are.
// Canonical: start, and end where the file has one; both as ONNX has them, clamped to the rank.
#include <algorithm>

#include "dlis/model/ops/rules.h"

namespace dlis::model {
namespace {

int clamped(std::int64_t axis, int rank) {
  return int(std::clamp<std::int64_t>(axis < 0 ? axis + rank : axis, 0, rank));
}

Status infer(InferContext& context) {
  const Shape& x = shape_of(context, 0);
  const Attributes& attributes = context.node.attributes;
  const int start = clamped(attributes.integer("start"), x.rank());
  const int end = clamped(attributes.integer("end", x.rank()), x.rank());
  const Ints extents(x.begin() + start, x.begin() + std::max(start, end));
  Value& y = *context.outputs[0];
  y.type = DType::i64;
  y.shape = Shape{std::int64_t(extents.size())};
  y.constant = Tensor::ints(extents);
  return {};
}

}  // namespace

extern constinit const Operator shape_row{.name = "Shape", .infer = infer};

extern constinit const OnnxForm shape_onnx{.attributes = "start end"};

}  // namespace dlis::model
