// MatMul: numpy.matmul. The last two axes are matrices, those in front broadcast; a 1-D operand is
// a row (left) or a column (right) whose extra axis vanishes again.
#include "dlis/model/ops/rules.h"

namespace dlis::model {
namespace {

Shape front(const Shape& shape) {
  Shape out;
  for (int axis = 0; axis + 2 < shape.rank(); ++axis) out.push_back(shape[axis]);
  return out;
}

Status infer(InferContext& context) {
  DLIS_TRY(check_same_types(context));
  DLIS_TRY(check_rank(context, 0, 1));
  DLIS_TRY(check_rank(context, 1, 1));
  const Shape &a = shape_of(context, 0), &b = shape_of(context, 1);
  Shape y;
  const bool fits = a.back() == b[b.rank() > 1 ? b.rank() - 2 : 0];
  if (!fits || !broadcast(front(a), front(b), y))
    return fail(fmt::format("{} times {} does not fit", a.text(), b.text()));
  if (a.rank() > 1) y.push_back(a[a.rank() - 2]);
  if (b.rank() > 1) y.push_back(b.back());
  set_output(context, y);
  return {};
}

std::int64_t macs(const Graph& graph, const Node& node) {
  return times(graph.value(node.outputs[0]).shape->elements(),
               graph.value(node.inputs[0]).shape->back());
}

}  // namespace

extern constinit const Operator matmul_row{.name = "MatMul",
                                           .min_inputs = 2,
                                           .max_inputs = 2,
                                           .weights = 0b11,
                                           .infer = infer,
                                           .macs = macs};

extern constinit const OnnxForm matmul_onnx{};

}  // namespace dlis::model
