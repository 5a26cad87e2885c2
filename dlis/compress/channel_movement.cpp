// How operators without layer weights couple channels: they move or combine values.
#include <algorithm>
#include <array>

#include "dlis/compress/channel_labels.h"
#include "dlis/model/op.h"

namespace dlis {

void pass_channels_on(Labelling& labelling, int index) {
  const Node& node = labelling.node(index);
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

namespace {

// Windows and resampling, over axes 2 and up.
void couple_spatial(Labelling& labelling, int index) {
  const ValueId x = labelling.node(index).inputs[0];
  if (labelling.of(x).axis > 1) labelling.freeze(x);
  if (labelling.of(x).axis <= 1) pass_channels_on(labelling, index);
}

void couple_reshape(Labelling& labelling, int index) {
  const Node& node = labelling.node(index);
  const ValueId x = node.inputs[0], y = node.outputs[0];
  Labels labels = reshaped(labelling, labelling.of(x), labelling.shape(x), labelling.shape(y));
  if (labels) labelling.set(y, labels.axis, std::move(labels.ids));
}

void couple_transpose(Labelling& labelling, int index) {
  const Node& node = labelling.node(index);
  const Labels x = labelling.of(node.inputs[0]);
  const Ints perm = node.attributes.ints("perm");
  const auto at = std::ranges::find(perm, std::int64_t(x.axis));
  if (x && at != perm.end()) labelling.set(node.outputs[0], int(at - perm.begin()), x.ids);
}

void couple_reduce(Labelling& labelling, int index) {
  const Node& node = labelling.node(index);
  const Labels x = labelling.of(node.inputs[0]);
  const Ints axes = node.attributes.ints("axes");
  if (!x) return;
  if (axes.empty() || std::ranges::count(axes, x.axis) > 0) return labelling.freeze(x.ids);
  const auto before = std::ranges::count_if(axes, [&](auto axis) { return axis < x.axis; });
  const bool keeps = node.attributes.integer("keepdims", 1) != 0;
  labelling.set(node.outputs[0], keeps ? x.axis : x.axis - int(before), x.ids);
}

void couple_softmax(Labelling& labelling, int index) {
  const Node& node = labelling.node(index);
  const Labels& x = labelling.of(node.inputs[0]);
  const bool mixes = node.attributes.integer("coerce") || node.attributes.integer("axis") == x.axis;
  if (mixes)
    labelling.freeze(x.ids);
  else
    pass_channels_on(labelling, index);
}

}  // namespace

ChannelRule find_movement_rule(std::string_view op) {
  struct Entry {
    std::string_view op;
    ChannelRule rule;
  };
  static constexpr auto kRules = std::to_array<Entry>({
      {"Add", couple_elements},          {"AveragePool", couple_spatial},
      {"Cast", pass_channels_on},        {"Ceil", pass_channels_on},
      {"Clip", pass_channels_on},        {"Concat", couple_concat},
      {"Div", couple_elements},          {"Dropout", pass_channels_on},
      {"Erf", pass_channels_on},         {"Exp", pass_channels_on},
      {"Expand", couple_elements},       {"Flatten", couple_reshape},
      {"Floor", pass_channels_on},       {"GlobalAveragePool", couple_spatial},
      {"GlobalMaxPool", couple_spatial}, {"HardSigmoid", pass_channels_on},
      {"HardSwish", pass_channels_on},   {"Identity", pass_channels_on},
      {"LeakyRelu", pass_channels_on},   {"LogSoftmax", couple_softmax},
      {"Max", couple_elements},          {"MaxPool", couple_spatial},
      {"Min", couple_elements},          {"Mul", couple_elements},
      {"PRelu", couple_elements},        {"Pad", couple_pad},
      {"Neg", pass_channels_on},         {"Pow", couple_elements},
      {"Reciprocal", pass_channels_on},  {"ReduceMax", couple_reduce},
      {"ReduceMean", couple_reduce},     {"ReduceSum", couple_reduce},
      {"Relu", pass_channels_on},        {"Reshape", couple_reshape},
      {"Resize", couple_spatial},        {"Sigmoid", pass_channels_on},
      {"Slice", couple_slice},           {"Softmax", couple_softmax},
      {"Split", couple_split},           {"Sqrt", pass_channels_on},
      {"Squeeze", couple_reshape},       {"Sub", couple_elements},
      {"Sum", couple_elements},          {"Tanh", pass_channels_on},
      {"Transpose", couple_transpose},   {"Unsqueeze", couple_reshape},
      {"Upsample", couple_spatial},      {"Where", couple_elements},
  });
  const auto found = std::ranges::find(kRules, op, &Entry::op);
  return found == kRules.end() ? nullptr : found->rule;
}

}  // namespace dlis
