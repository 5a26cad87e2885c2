// How operators without layer weights couple channels: they move, join, cut or combine values.
#include <algorithm>
#include <array>
#include <numeric>

#include "dlis/compress/channel_labels.h"
#include "dlis/model/op.h"

namespace dlis {
namespace {

const Node& node_at(const Labelling& labelling, int index) {
  return labelling.graph.nodes[std::size_t(index)];
}

// Every output that looks like the input along the labelled axis has its labels there.
void pass_on(Labelling& labelling, int index) {
  const Node& node = node_at(labelling, index);
  const Labels x = labelling.of(node.inputs[0]);
  if (!x) return;
  for (const ValueId y : node.outputs) {
    if (y == kNoValue) continue;
    const Shape& shape = labelling.shape(y);
    if (x.axis < shape.rank() && shape[x.axis] == std::int64_t(x.ids.size()))
      labelling.set(y, x.axis, x.ids);
    else
      labelling.freeze(x.ids);
  }
}

// Windows and resampling, over axes 2 and up.
void couple_spatial(Labelling& labelling, int index) {
  const ValueId x = node_at(labelling, index).inputs[0];
  if (labelling.of(x).axis > 1) labelling.freeze(x);
  if (labelling.of(x).axis <= 1) pass_on(labelling, index);
}

void couple_reshape(Labelling& labelling, int index) {
  const Node& node = node_at(labelling, index);
  const ValueId x = node.inputs[0], y = node.outputs[0];
  Labels labels = reshaped(labelling, labelling.of(x), labelling.shape(x), labelling.shape(y));
  if (labels) labelling.set(y, labels.axis, std::move(labels.ids));
}

void couple_transpose(Labelling& labelling, int index) {
  const Node& node = node_at(labelling, index);
  const Labels x = labelling.of(node.inputs[0]);
  const Ints perm = node.attributes.ints("perm");
  const auto at = std::ranges::find(perm, std::int64_t(x.axis));
  if (x && at != perm.end()) labelling.set(node.outputs[0], int(at - perm.begin()), x.ids);
}

void couple_reduce(Labelling& labelling, int index) {
  const Node& node = node_at(labelling, index);
  const Labels x = labelling.of(node.inputs[0]);
  const Ints axes = node.attributes.ints("axes");
  if (!x) return;
  if (axes.empty() || std::ranges::count(axes, x.axis) > 0) return labelling.freeze(x.ids);
  const auto before = std::ranges::count_if(axes, [&](auto axis) { return axis < x.axis; });
  const bool keeps = node.attributes.integer("keepdims", 1) != 0;
  labelling.set(node.outputs[0], keeps ? x.axis : x.axis - int(before), x.ids);
}

void couple_softmax(Labelling& labelling, int index) {
  const Node& node = node_at(labelling, index);
  const Labels& x = labelling.of(node.inputs[0]);
  const bool mixes = node.attributes.integer("coerce") || node.attributes.integer("axis") == x.axis;
  if (mixes)
    labelling.freeze(x.ids);
  else
    pass_on(labelling, index);
}

// One behind the other: labels of values, fresh ones for constants, 0 for values that stay.
void join(Labelling& labelling, int index, int axis) {
  const Node& node = node_at(labelling, index);
  std::vector<int> all;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const ValueId x = node.inputs[i];
    const std::int64_t extent = labelling.shape(x)[axis];
    std::vector<int> ids(static_cast<std::size_t>(extent), 0);
    if (labelling.graph.is_constant(x)) {
      ids = labelling.fresh(extent);
      labelling.cut(index, int(i), axis, ChannelRole::follows, ids);
    } else if (labelling.of(x)) {
      ids = labelling.of(x).ids;
    }
    all.insert(all.end(), ids.begin(), ids.end());
  }
  labelling.set(node.outputs[0], axis, std::move(all));
}

void couple_concat(Labelling& labelling, int index) {
  const Node& node = node_at(labelling, index);
  const int axis = int(node.attributes.integer("axis"));
  const bool along = std::ranges::all_of(
      node.inputs, [&](ValueId x) { return !labelling.of(x) || labelling.of(x).axis == axis; });
  if (along)
    join(labelling, index, axis);
  else
    couple_elements(labelling, index);
}

void couple_split(Labelling& labelling, int index) {
  const Node& node = node_at(labelling, index);
  const Labels x = labelling.of(node.inputs[0]);
  if (!x || node.attributes.integer("axis") != x.axis) return pass_on(labelling, index);
  auto at = x.ids.begin();
  for (const ValueId y : node.outputs) {
    if (y == kNoValue) return labelling.freeze(x.ids);
    const auto end = at + labelling.shape(y)[x.axis];
    labelling.set(y, x.axis, {at, end});
    at = end;
  }
}

// Along the labelled axis only steps of 1.
void couple_slice(Labelling& labelling, int index) {
  const Node& node = node_at(labelling, index);
  const Labels x = labelling.of(node.inputs[0]);
  const Ints axes = node.attributes.ints("axes"), steps = node.attributes.ints("steps");
  const auto at = std::size_t(std::ranges::find(axes, std::int64_t(x.axis)) - axes.begin());
  if (!x || at == axes.size()) return pass_on(labelling, index);
  if (steps[at] != 1) return labelling.freeze(x.ids);
  const auto extent = std::int64_t(x.ids.size());
  std::int64_t start = node.attributes.ints("starts")[at];
  start = std::clamp<std::int64_t>(start < 0 ? start + extent : start, 0, extent);
  const auto begin = x.ids.begin() + start;
  labelling.set(node.outputs[0], x.axis, {begin, begin + labelling.shape(node.outputs[0])[x.axis]});
}

// Padded channels are channels of their own: a value added to them makes them.
void couple_pad(Labelling& labelling, int index) {
  const Node& node = node_at(labelling, index);
  const Labels x = labelling.of(node.inputs[0]);
  if (!x) return;
  const Ints pads = node.attributes.ints("pads");
  const std::int64_t front = pads[std::size_t(x.axis)];
  const std::int64_t behind = pads[std::size_t(x.axis) + pads.size() / 2];
  const bool adds = node.attributes.text("mode") == "constant" && front >= 0 && behind >= 0;
  if (!adds && (front != 0 || behind != 0)) return labelling.freeze(x.ids);
  std::vector<int> ids = labelling.fresh(front + behind);
  ids.insert(ids.begin() + front, x.ids.begin(), x.ids.end());
  labelling.set(node.outputs[0], x.axis, std::move(ids));
}

// x broadcast with a shape: as an addition of zeros.
void couple_expand(Labelling& labelling, int index) { couple_elements(labelling, index); }

}  // namespace

ChannelRule find_movement_rule(std::string_view op) {
  struct Entry {
    std::string_view op;
    ChannelRule rule;
  };
  static constexpr auto kRules = std::to_array<Entry>({
      {"Add", couple_elements},
      {"AveragePool", couple_spatial},
      {"Cast", pass_on},
      {"Ceil", pass_on},
      {"Clip", pass_on},
      {"Concat", couple_concat},
      {"Div", couple_elements},
      {"Dropout", pass_on},
      {"Erf", pass_on},
      {"Exp", pass_on},
      {"Expand", couple_expand},
      {"Flatten", couple_reshape},
      {"Floor", pass_on},
      {"GlobalAveragePool", couple_spatial},
      {"GlobalMaxPool", couple_spatial},
      {"HardSigmoid", pass_on},
      {"HardSwish", pass_on},
      {"Identity", pass_on},
      {"LeakyRelu", pass_on},
      {"LogSoftmax", couple_softmax},
      {"Max", couple_elements},
      {"MaxPool", couple_spatial},
      {"Min", couple_elements},
      {"Mul", couple_elements},
      {"PRelu", couple_elements},
      {"Pad", couple_pad},
      {"Pow", couple_elements},
      {"ReduceMax", couple_reduce},
      {"ReduceMean", couple_reduce},
      {"ReduceSum", couple_reduce},
      {"Relu", pass_on},
      {"Reshape", couple_reshape},
      {"Resize", couple_spatial},
      {"Sigmoid", pass_on},
      {"Slice", couple_slice},
      {"Softmax", couple_softmax},
      {"Split", couple_split},
      {"Sqrt", pass_on},
      {"Squeeze", couple_reshape},
      {"Sub", couple_elements},
      {"Sum", couple_elements},
      {"Tanh", pass_on},
      {"Transpose", couple_transpose},
      {"Unsqueeze", couple_reshape},
      {"Upsample", couple_spatial},
      {"Where", couple_elements},
  });
  const auto found = std::ranges::find(kRules, op, &Entry::op);
  return found == kRules.end() ? nullptr : found->rule;
}

}  // namespace dlis
