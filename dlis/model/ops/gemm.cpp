// Gemm: y = alpha * A' * B' + beta * C, where A' and B' are transposed by transA and transB and C
// broadcasts to y (M x N). Canonical: alpha, beta, transA, transB.
#include "dlis/model/ops/rules.h"

namespace dlis::model {
namespace {

Status import(ImportNode& in) {
  Attributes& attributes = in.node.attributes;
  set_default(attributes, "alpha", 1.0f);
  set_default(attributes, "beta", 1.0f);
  attributes.set("transA", std::int64_t(attributes.integer("transA") != 0));
  attributes.set("transB", std::int64_t(attributes.integer("transB") != 0));
  return {};
}

Status infer(InferContext& context) {
  DLIS_TRY(check_same_types(context));
  DLIS_TRY(check_rank(context, 0, 2, 2));
  DLIS_TRY(check_rank(context, 1, 2, 2));
  const Shape &a = shape_of(context, 0), &b = shape_of(context, 1);
  const bool trans_a = context.node.attributes.integer("transA") != 0;
  const bool trans_b = context.node.attributes.integer("transB") != 0;
  if (a[trans_a ? 0 : 1] != b[trans_b ? 1 : 0])
    return fail(fmt::format("{}{} times {}{} does not fit", a.text(), trans_a ? " transposed" : "",
                            b.text(), trans_b ? " transposed" : ""));
  const Shape y{a[trans_a ? 1 : 0], b[trans_b ? 0 : 1]};
  Shape both;
  if (context.inputs.size() > 2 && context.inputs[2] &&
      (!broadcast(y, shape_of(context, 2), both) || both != y))
    return fail(fmt::format("C is {}, which does not broadcast to the output's {}",
                            shape_of(context, 2).text(), y.text()));
  set_output(context, y);
  return {};
}

std::int64_t macs(const Graph& graph, const Node& node) {
  const Shape& a = *graph.value(node.inputs[0]).shape;
  const std::int64_t depth = a[node.attributes.integer("transA") ? 0 : 1];
  return times(graph.value(node.outputs[0]).shape->elements(), depth);
}

}  // namespace

extern constinit const Operator gemm_row{.name = "Gemm",
                                         .min_inputs = 2,
                                         .max_inputs = 3,
                                         .weights = 0b110,
                                         .infer = infer,
                                         .macs = macs};

extern constinit const OnnxForm gemm_onnx{.attributes = "alpha beta transA transB",
                                          .import = import};

}  // namespace dlis::model
