// Conv: y[n,k] = sum over c of x[n,c] * w[k,c] + b[k], over any number of spatial axes. Inputs x
// (N x C x ...), w (K x C/group x ...), optional bias (K); inside a plan also a residual of the
// output's shape. Canonical: kernel_shape, strides, dilations, pads, group.
#include "dlis/model/ops/window.h"

namespace dlis::model {
namespace {

Status import(ImportNode& in) {
  if (in.node.inputs.size() > 3) return fail("takes at most 3 inputs");
  set_default(in.node.attributes, "group", std::int64_t(1));
  return {};
}

Status check_channels(const InferContext& context) {
  const Shape &x = shape_of(context, 0), &w = shape_of(context, 1);
  if (w.rank() != x.rank())
    return fail(fmt::format("its input is {} but its weights are {}", x.text(), w.text()));
  const std::int64_t group = context.node.attributes.integer("group", 1);
  if (group < 1 || group > x[1] || x[1] % group || w[0] % group)
    return fail(
        fmt::format("{} groups do not divide {} input and {} output channels", group, x[1], w[0]));
  if (w[1] != x[1] / group)
    return fail(
        fmt::format("its input has {} channels in {} group(s), but its weights are for {} "
                    "channels a group",
                    x[1], group, w[1]));
  if (context.inputs.size() > 2 && context.inputs[2] && shape_of(context, 2) != Shape{w[0]})
    return fail(fmt::format("its bias is {}, but it has {} output channels",
                            shape_of(context, 2).text(), w[0]));
  return {};
}

Status infer(InferContext& context) {
  DLIS_TRY(check_rank(context, 0, 3));
  DLIS_TRY(check_same_types(context));
  DLIS_TRY(check_channels(context));
  const Shape &x = shape_of(context, 0), &w = shape_of(context, 1);
  Attributes& attributes = context.node.attributes;
  const Ints kernel = DLIS_TRY(take_kernel(attributes, w));
  Ints extents = DLIS_TRY(slide_window(attributes, x, kernel));
  extents.insert(extents.begin(), {x[0], w[0]});
  set_output(context, Shape(extents));
  if (context.inputs.size() > 3 && context.inputs[3] && shape_of(context, 3) != Shape(extents))
    return fail(fmt::format("the residual is {}, but the output {}", shape_of(context, 3).text(),
                            Shape(extents).text()));
  return {};
}

std::int64_t macs(const Graph& graph, const Node& node) {
  const Shape& w = *graph.value(node.inputs[1]).shape;
  return times(graph.value(node.outputs[0]).shape->elements(), w[0] ? w.elements() / w[0] : 0);
}

}  // namespace

extern constinit const Operator conv_row{.name = "Conv",
                                         .min_inputs = 2,
                                         .max_inputs = 4,
                                         .weights = 0b110,
                                         .infer = infer,
                                         .macs = macs};

extern constinit const OnnxForm conv_onnx{
    .attributes = DLIS_WINDOW_ATTRIBUTES " group", .import = import, .export_ = export_window};

}  // namespace dlis::model
