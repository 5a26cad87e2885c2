// ConvTranspose: the adjoint of Conv in x. Inputs x (N x C x ...), w (C x K/group x ...), optional
// bias (K). Canonical: kernel_shape, strides, dilations, pads, output_padding, group; output_shape
// stays beside the pads that it decides.
#include <algorithm>

#include "dlis/model/ops/window.h"

namespace dlis::model {
namespace {

// Along each spatial axis; `full` is the output before anything is cut off by the pads.
struct Extents {
  Ints full, in, strides, padding;
};

Status import(ImportNode& in) {
  set_default(in.node.attributes, "group", std::int64_t(1));
  return {};
}

Status check_channels(const InferContext& context) {
  const Shape &x = shape_of(context, 0), &w = shape_of(context, 1);
  const std::int64_t group = context.node.attributes.integer("group", 1);
  if (w.rank() != x.rank() || w[0] != x[1])
    return fail(fmt::format("its input is {}, but its weights {} are for {} channels", x.text(),
                            w.text(), w[0]));
  if (group < 1 || group > x[1] || x[1] % group)
    return fail(fmt::format("{} groups do not divide {} input channels", group, x[1]));
  if (context.inputs.size() > 2 && context.inputs[2] && shape_of(context, 2) != Shape{w[1] * group})
    return fail(fmt::format("its bias is {}, but it has {} output channels",
                            shape_of(context, 2).text(), w[1] * group));
  return {};
}

// What a wanted output needs cut off (pads), or added behind where it is larger than what there is.
Status pads_for(Attributes& attributes, Extents& extents, const Ints& wanted) {
  Ints total;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::int64_t surplus = extents.full[i] + extents.padding[i] - wanted[i];
    total.push_back(std::max<std::int64_t>(surplus, 0));
    if (surplus < 0) extents.padding[i] -= surplus;
  }
  attributes.set("pads", share_pads(total, attributes.text("auto_pad") == "SAME_UPPER"));
  attributes.set("output_padding", extents.padding);
  return {};
}

Status resolve_pads(Attributes& attributes, Extents& extents) {
  const std::size_t axes = extents.full.size();
  const std::string mode = attributes.text("auto_pad", "NOTSET");
  Ints wanted = attributes.ints("output_shape");
  if (wanted.size() > axes) wanted.erase(wanted.begin(), wanted.end() - std::ptrdiff_t(axes));
  if (!wanted.empty()) {
    attributes.set("output_shape", wanted);
    wanted = DLIS_TRY(spatial_ints(attributes, "output_shape", axes, 0, 1));
    return pads_for(attributes, extents, wanted);
  }
  if (mode == "SAME_UPPER" || mode == "SAME_LOWER") {
    for (std::size_t i = 0; i < axes; ++i) wanted.push_back(extents.in[i] * extents.strides[i]);
    return pads_for(attributes, extents, wanted);
  }
  if (mode == "VALID") attributes.set("pads", Ints(2 * axes, 0));
  if (mode == "NOTSET" || mode == "VALID" || mode.empty()) return {};
  return fail(fmt::format("auto_pad '{}' is not known", mode));
}

Result<Extents> full_extents(Attributes& attributes, const Shape& x, const Ints& kernel) {
  const std::size_t axes = kernel.size();
  Extents out;
  out.strides = DLIS_TRY(spatial_ints(attributes, "strides", axes, 1, 1));
  const Ints dilations = DLIS_TRY(spatial_ints(attributes, "dilations", axes, 1, 1));
  out.padding = DLIS_TRY(spatial_ints(attributes, "output_padding", axes, 0, 0));
  for (std::size_t i = 0; i < axes; ++i) {
    out.in.push_back(x[int(i) + 2]);
    if (out.in[i] < 1 || out.in[i] > std::numeric_limits<std::int32_t>::max())
      return fail(fmt::format("its input is {}", x.text()));
    out.full.push_back((out.in[i] - 1) * out.strides[i] + (kernel[i] - 1) * dilations[i] + 1);
  }
  return out;
}

Status infer(InferContext& context) {
  DLIS_TRY(check_rank(context, 0, 3));
  DLIS_TRY(check_same_types(context));
  DLIS_TRY(check_channels(context));
  const Shape &x = shape_of(context, 0), &w = shape_of(context, 1);
  Attributes& attributes = context.node.attributes;
  const Ints kernel = DLIS_TRY(take_kernel(attributes, w));
  Extents extents = DLIS_TRY(full_extents(attributes, x, kernel));
  DLIS_TRY(resolve_pads(attributes, extents));
  const std::size_t axes = kernel.size();
  const Ints pads = DLIS_TRY(spatial_ints(attributes, "pads", 2 * axes, 0, 0));
  Ints out{x[0], w[1] * attributes.integer("group", 1)};
  for (std::size_t i = 0; i < axes; ++i) {
    out.push_back(extents.full[i] + extents.padding[i] - pads[i] - pads[axes + i]);
    if (out.back() < 1) return fail("its pads leave nothing of the output");
  }
  set_output(context, Shape(out));
  return {};
}

Status export_(ExportNode& out) {
  erase(out.node.attributes, {"auto_pad", "output_shape"});
  return {};
}

std::int64_t macs(const Graph& graph, const Node& node) {
  const Shape& w = *graph.value(node.inputs[1]).shape;
  return times(graph.value(node.inputs[0]).shape->elements(), w[0] ? w.elements() / w[0] : 0);
}

}  // namespace

extern constinit const Operator conv_transpose_row{.name = "ConvTranspose",
                                                   .min_inputs = 2,
                                                   .max_inputs = 3,
                                                   .weights = 0b110,
                                                   .infer = infer,
                                                   .macs = macs};

extern constinit const OnnxForm conv_transpose_onnx{
    .attributes = DLIS_WINDOW_ATTRIBUTES " group output_padding output_shape",
    .import = import,
    .export_ = export_};

}  // namespace dlis::model
