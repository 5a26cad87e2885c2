// Operators with weights, and reductions over windows and axes.
#include "dlis/compress/train/operator.h"

namespace dlis::train {

Tensor narrowed(const Call& call, const Tensor& x) {
  return call.narrow && x.defined() && x.scalar_type() == torch::kFloat ? x.to(torch::kBFloat16)
                                                                        : x;
}

namespace {

using Tensors = std::vector<Tensor>;

// x with zeros (or `fill`) around its two last axes where the pads in front and behind differ;
// `even` is what a convolution or pool can add itself.
Tensor padded(const Call& call, Ints& even, double fill) {
  const Ints pads = call.node.attributes.ints("pads", Ints(even.size() * 2));
  const std::size_t axes = pads.size() / 2;
  even.assign(pads.begin(), pads.begin() + std::ptrdiff_t(axes));
  if (std::equal(even.begin(), even.end(), pads.begin() + std::ptrdiff_t(axes)))
    return call.inputs[0];
  std::vector<std::int64_t> order;  // from the last axis on
  for (std::size_t axis = axes; axis-- > 0;) {
    order.push_back(pads[axis]);
    order.push_back(pads[axis + axes]);
  }
  even.assign(axes, 0);
  return torch::constant_pad_nd(call.inputs[0], order, fill);
}

Tensors conv(const Call& call) {
  const Attributes& a = call.node.attributes;
  const auto axes = std::size_t(call.inputs[1].dim() - 2);
  Ints pads(axes);
  const Tensor x = padded(call, pads, 0);
  return {torch::convolution(
      narrowed(call, x), narrowed(call, call.inputs[1]),
      call.has(2) ? narrowed(call, call.inputs[2]) : Tensor(), a.ints("strides", Ints(axes, 1)),
      pads, a.ints("dilations", Ints(axes, 1)), false, Ints(axes, 0), a.integer("group", 1))};
}

Tensors conv_transpose(const Call& call) {
  const Attributes& a = call.node.attributes;
  const auto axes = std::size_t(call.inputs[1].dim() - 2);
  const Ints both = a.ints("pads", Ints(axes * 2));
  // Uneven pads: more rows behind, as if the output were padded there.
  const Ints pads(both.begin(), both.begin() + std::ptrdiff_t(axes));
  Ints extra = a.ints("output_padding", Ints(axes, 0));
  for (std::size_t i = 0; i < axes; ++i) extra[i] += pads[i] - both[i + axes];
  return {torch::convolution(
      narrowed(call, call.inputs[0]), narrowed(call, call.inputs[1]),
      call.has(2) ? narrowed(call, call.inputs[2]) : Tensor(), a.ints("strides", Ints(axes, 1)),
      pads, a.ints("dilations", Ints(axes, 1)), true, extra, a.integer("group", 1))};
}

Tensors gemm(const Call& call) {
  const Attributes& a = call.node.attributes;
  Tensor x = narrowed(call, call.inputs[0]), w = narrowed(call, call.inputs[1]);
  if (a.integer("transA")) x = x.t();
  if (a.integer("transB")) w = w.t();
  Tensor y = torch::matmul(x, w);
  if (const float alpha = a.real("alpha", 1); alpha != 1) y = y * alpha;
  if (call.has(2)) y = y + call.inputs[2] * a.real("beta", 1);
  return {y};
}

Tensors matmul(const Call& call) {
  return {torch::matmul(narrowed(call, call.inputs[0]), narrowed(call, call.inputs[1]))};
}

// The share of the new batch in the running statistics; ONNX's momentum is that of the old.
Tensors batch_normalization(const Call& call) {
  const Attributes& a = call.node.attributes;
  return {torch::batch_norm(call.inputs[0], call.inputs[1], call.inputs[2], call.inputs[3],
                            call.inputs[4], call.training, 1 - a.real("momentum", 0.9f),
                            a.real("epsilon", 1e-5f), true)};
}

Tensors layer_normalization(const Call& call) {
  const Tensor& scale = call.inputs[1];
  return {torch::layer_norm(call.inputs[0], scale.sizes(), scale,
                            call.has(2) ? call.inputs[2] : Tensor(),
                            call.node.attributes.real("epsilon", 1e-5f))};
}

Tensors max_pool(const Call& call) {
  const Attributes& a = call.node.attributes;
  const Ints kernel = a.ints("kernel_shape");
  Ints pads(kernel.size());
  const Tensor x = padded(call, pads, -std::numeric_limits<float>::infinity());
  return {torch::max_pool2d(x, kernel, a.ints("strides", Ints(kernel.size(), 1)), pads,
                            a.ints("dilations", Ints(kernel.size(), 1)),
                            a.integer("ceil_mode") != 0)};
}

Tensors average_pool(const Call& call) {
  const Attributes& a = call.node.attributes;
  const Ints kernel = a.ints("kernel_shape");
  Ints pads(kernel.size());
  const Tensor x = padded(call, pads, 0);
  return {torch::avg_pool2d(x, kernel, a.ints("strides", Ints(kernel.size(), 1)), pads,
                            a.integer("ceil_mode") != 0, a.integer("count_include_pad") != 0)};
}

Ints spatial_axes(const Tensor& x) {
  Ints axes;
  for (std::int64_t axis = 2; axis < x.dim(); ++axis) axes.push_back(axis);
  return axes;
}
Tensors global_average_pool(const Call& call) {
  const Tensor& x = call.inputs[0];
  return {x.mean(spatial_axes(x), true)};
}
Tensors global_max_pool(const Call& call) {
  const Tensor& x = call.inputs[0];
  return {x.amax(spatial_axes(x), true)};
}

Ints reduced_axes(const Call& call) {
  Ints axes = call.node.attributes.ints("axes");
  if (axes.empty())
    for (std::int64_t axis = 0; axis < call.inputs[0].dim(); ++axis) axes.push_back(axis);
  return axes;
}
bool keeps(const Call& call) { return call.node.attributes.integer("keepdims", 1) != 0; }
Tensors reduce_mean(const Call& call) {
  return {call.inputs[0].mean(reduced_axes(call), keeps(call))};
}
Tensors reduce_sum(const Call& call) {
  return {call.inputs[0].sum(reduced_axes(call), keeps(call))};
}
Tensors reduce_max(const Call& call) {
  return {call.inputs[0].amax(reduced_axes(call), keeps(call))};
}
Tensors softmax(const Call& call) {
  return {torch::softmax(call.inputs[0], call.node.attributes.integer("axis", -1))};
}
Tensors log_softmax(const Call& call) {
  return {torch::log_softmax(call.inputs[0], call.node.attributes.integer("axis", -1))};
}

}  // namespace

DLIS_TRAIN_ROW(conv, "Conv", conv);
DLIS_TRAIN_ROW(conv_transpose, "ConvTranspose", conv_transpose);
DLIS_TRAIN_ROW(gemm, "Gemm", gemm);
DLIS_TRAIN_ROW(matmul, "MatMul", matmul);
DLIS_TRAIN_ROW(batch_normalization, "BatchNormalization", batch_normalization);
DLIS_TRAIN_ROW(layer_normalization, "LayerNormalization", layer_normalization);
DLIS_TRAIN_ROW(max_pool, "MaxPool", max_pool);
DLIS_TRAIN_ROW(average_pool, "AveragePool", average_pool);
DLIS_TRAIN_ROW(global_average_pool, "GlobalAveragePool", global_average_pool);
DLIS_TRAIN_ROW(global_max_pool, "GlobalMaxPool", global_max_pool);
DLIS_TRAIN_ROW(reduce_mean, "ReduceMean", reduce_mean);
DLIS_TRAIN_ROW(reduce_sum, "ReduceSum", reduce_sum);
DLIS_TRAIN_ROW(reduce_max, "ReduceMax", reduce_max);
DLIS_TRAIN_ROW(softmax, "Softmax", softmax);
DLIS_TRAIN_ROW(log_softmax, "LogSoftmax", log_softmax);

}  // namespace dlis::train
