// Operators that move elements: shapes, parts, orders.
#include "dlis/compress/train/operator.h"

namespace dlis::train {
namespace {

using Tensors = std::vector<Tensor>;

Tensors reshape(const Call& call) { return {call.inputs[0].reshape(call.output_shape())}; }
Tensors transpose(const Call& call) {
  return {call.inputs[0].permute(call.node.attributes.ints("perm"))};
}
Tensors concat(const Call& call) {
  return {torch::cat(call.inputs, call.node.attributes.integer("axis"))};
}

Tensors split(const Call& call) {
  const std::int64_t axis = call.node.attributes.integer("axis");
  Ints parts;
  for (const ValueId id : call.node.outputs)
    parts.push_back((*call.graph.value(id).shape)[int(axis)]);
  const auto cut = call.inputs[0].split_with_sizes(parts, axis);
  return {cut.begin(), cut.end()};
}

// Steps below 0 are a turned axis: torch has only positive ones.
Tensors slice(const Call& call) {
  const Attributes& a = call.node.attributes;
  const Ints starts = a.ints("starts"), ends = a.ints("ends"), axes = a.ints("axes"),
             steps = a.ints("steps");
  Tensor y = call.inputs[0];
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::int64_t extent = y.size(axes[i]);
    if (steps[i] > 0) {
      y = y.slice(axes[i], starts[i], ends[i], steps[i]);
      continue;
    }
    const auto turned = [&](std::int64_t at) {
      at = at < 0 ? std::max<std::int64_t>(at + extent, -1) : std::min(at, extent - 1);
      return extent - 1 - at;
    };
    y = y.flip(axes[i]).slice(axes[i], turned(starts[i]), turned(ends[i]), -steps[i]);
  }
  return {y};
}

Tensors pad(const Call& call) {
  const Attributes& a = call.node.attributes;
  const Ints pads = a.ints("pads");
  const std::size_t rank = pads.size() / 2;
  Ints order;  // from the last axis on
  for (std::size_t axis = rank; axis-- > 0;) {
    order.push_back(pads[axis]);
    order.push_back(pads[axis + rank]);
  }
  const std::string mode = a.text("mode", "constant");
  if (mode == "constant")
    return {torch::constant_pad_nd(call.inputs[0], order, a.real("constant_value"))};
  order.resize(4);  // the others mirror two axes at most
  namespace F = torch::nn::functional;
  if (mode == "reflect")
    return {F::pad(call.inputs[0], F::PadFuncOptions(order).mode(torch::kReflect))};
  return {F::pad(call.inputs[0], F::PadFuncOptions(order).mode(torch::kReplicate))};
}

}  // namespace

DLIS_TRAIN_ROW(reshape, "Reshape", reshape);
DLIS_TRAIN_ROW(flatten, "Flatten", reshape);
DLIS_TRAIN_ROW(squeeze, "Squeeze", reshape);
DLIS_TRAIN_ROW(unsqueeze, "Unsqueeze", reshape);
DLIS_TRAIN_ROW(transpose, "Transpose", transpose);
DLIS_TRAIN_ROW(concat, "Concat", concat);
DLIS_TRAIN_ROW(split, "Split", split);
DLIS_TRAIN_ROW(slice, "Slice", slice);
DLIS_TRAIN_ROW(pad, "Pad", pad);

}  // namespace dlis::train
