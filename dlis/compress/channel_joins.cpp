// How joining, cutting and padding values couple channels.
#include <algorithm>

#include "dlis/compress/channel_labels.h"
#include "dlis/model/op.h"

namespace dlis {
namespace {

// One behind the other: labels of values, fresh ones for constants, 0 for values that stay.
void join(Labelling& labelling, int index, int axis) {
  const Node& node = labelling.node(index);
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

}  // namespace

void couple_concat(Labelling& labelling, int index) {
  const Node& node = labelling.node(index);
  const int axis = int(node.attributes.integer("axis"));
  const bool along = std::ranges::all_of(
      node.inputs, [&](ValueId x) { return !labelling.of(x) || labelling.of(x).axis == axis; });
  if (along)
    join(labelling, index, axis);
  else
    couple_elements(labelling, index);
}

void couple_split(Labelling& labelling, int index) {
  const Node& node = labelling.node(index);
  const Labels x = labelling.of(node.inputs[0]);
  if (!x || node.attributes.integer("axis") != x.axis) return pass_channels_on(labelling, index);
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
  const Node& node = labelling.node(index);
  const Labels x = labelling.of(node.inputs[0]);
  const Ints axes = node.attributes.ints("axes"), steps = node.attributes.ints("steps");
  const auto at = std::size_t(std::ranges::find(axes, std::int64_t(x.axis)) - axes.begin());
  if (!x || at == axes.size()) return pass_channels_on(labelling, index);
  if (steps[at] != 1) return labelling.freeze(x.ids);
  const auto extent = std::int64_t(x.ids.size());
  std::int64_t start = node.attributes.ints("starts")[at];
  start = std::clamp<std::int64_t>(start < 0 ? start + extent : start, 0, extent);
  const auto begin = x.ids.begin() + start;
  labelling.set(node.outputs[0], x.axis, {begin, begin + labelling.shape(node.outputs[0])[x.axis]});
}

// Padded channels are channels of their own: a value added to them makes them.
void couple_pad(Labelling& labelling, int index) {
  const Node& node = labelling.node(index);
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

}  // namespace dlis
