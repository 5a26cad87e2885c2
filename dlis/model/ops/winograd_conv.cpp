// WinogradConv: a 3x3 convolution of stride 1 whose weights live in the Winograd domain of
// F(m x m, 3 x 3), where they can be zero one by one: each tile of m x m outputs is
//   y = A^T [w * f(B^T d B)] A + b,  * element by element and summed over the channels,
// with f = max(0, .) where `relu` is 1 (Liu et al., "Efficient Sparse-Winograd Convolutional Neural
// Networks", 2018), else f(v) = v. Tiles begin at output (0, 0); those that hang over the edge see
// zeros there. The matrices are those of base/winograd.h. Inputs x (N x C x H x W), w (K x C x a x
// a, a = m + 2), optional bias (K); inside a plan also a residual of the output's shape. Canonical:
// m (2, 4 or 6), relu (0 or 1), pads (top, left, bottom, right). In a file it is a function of ONNX
// (onnx/functions.h), which cannot do without an input, so there an absent bias is zeros.
#include <algorithm>

#include "dlis/base/winograd.h"
#include "dlis/model/ops/window.h"

namespace dlis::model {
namespace {

constexpr const char* kNoBias = "no_bias";  // the suffix of zeros that stand for none

// Only those that were written for an absent bias: other zeros may be trained.
bool is_written_for_none(const Value& bias) {
  if (bias.name.find(kNoBias) == std::string::npos) return false;
  const auto zero = [](float value) { return value == 0; };
  return bias.constant.has_value() && bias.constant.type() == DType::f32 &&
         std::ranges::all_of(bias.constant.as<float>(), zero);
}

Status import(ImportNode& in) {
  if (in.node.inputs.size() > 3) return fail("takes at most 3 inputs");
  Attributes& attributes = in.node.attributes;
  if (!attributes.has("m")) return fail("it has no attribute m, which has to be 2, 4 or 6");
  set_default(attributes, "relu", std::int64_t(0));
  const std::int64_t relu = attributes.integer("relu", -1);
  if (relu != 0 && relu != 1) return fail("its relu is neither 0 nor 1");
  auto& inputs = in.node.inputs;
  if (inputs.size() > 2 && inputs[2] != kNoValue && is_written_for_none(in.graph.value(inputs[2])))
    in.drop_input(2);
  return {};
}

Status export_(ExportNode& out) {
  auto& inputs = out.node.inputs;
  if (inputs.size() > 2 && inputs[2] != kNoValue) return {};
  inputs.resize(2);
  Tensor zeros(DType::f32, {(*out.graph.value(inputs[1]).shape)[0]});
  std::ranges::fill(zeros.edit<float>(), 0.0f);
  out.add_input(kNoBias, std::move(zeros));
  return {};
}

Status check_weights(const InferContext& context) {
  const Shape &x = shape_of(context, 0), &w = shape_of(context, 1);
  const std::int64_t m = context.node.attributes.integer("m");
  if (m < 0 || m > 6 || !winograd_matrices(int(m))) return fail("its m is not 2, 4 or 6");
  const std::int64_t a = m + 2;
  if (w[1] != x[1] || w[2] != a || w[3] != a)
    return fail(fmt::format("its weights are {}, but {} channels and m {} need Kx{}x{}x{}",
                            w.text(), x[1], a - 2, x[1], a, a));
  if (context.inputs.size() > 2 && context.inputs[2] && shape_of(context, 2) != Shape{w[0]})
    return fail(fmt::format("its bias is {}, but it has {} output channels",
                            shape_of(context, 2).text(), w[0]));
  return {};
}

Status infer(InferContext& context) {
  DLIS_TRY(check_rank(context, 0, 4, 4));
  DLIS_TRY(check_rank(context, 1, 4, 4));
  DLIS_TRY(check_same_types(context));
  DLIS_TRY(check_weights(context));
  const Shape& x = shape_of(context, 0);
  Attributes& attributes = context.node.attributes;
  const Ints pads = DLIS_TRY(spatial_ints(attributes, "pads", 4, 0, 0));
  const std::int64_t p = x[2] + pads[0] + pads[2] - 2, q = x[3] + pads[1] + pads[3] - 2;
  if (p < 1 || q < 1) return fail("the filter is larger than the padded input");
  const Shape output{x[0], shape_of(context, 1)[0], p, q};
  set_output(context, output);
  if (context.inputs.size() > 3 && context.inputs[3] && shape_of(context, 3) != output)
    return fail(fmt::format("the residual is {}, but the output {}", shape_of(context, 3).text(),
                            output.text()));
  return {};
}

// Those of the 3x3 filter that it stands for, so that networks compare.
std::int64_t macs(const Graph& graph, const Node& node) {
  const Shape& w = *graph.value(node.inputs[1]).shape;
  return times(times(graph.value(node.outputs[0]).shape->elements(), w[1]), 9);
}

}  // namespace

extern constinit const Operator winograd_conv_row{.name = "WinogradConv",
                                                  .domain = "dlis",
                                                  .min_inputs = 2,
                                                  .max_inputs = 4,
                                                  .weights = 0b110,
                                                  .infer = infer,
                                                  .macs = macs};

extern constinit const OnnxForm winograd_conv_onnx{
    .attributes = "m relu pads", .import = import, .export_ = export_};

}  // namespace dlis::model
