// How operators on elements couple channels, and every other operator.
#include "dlis/compress/channel_labels.h"
#include "dlis/model/op.h"

namespace dlis {

void freeze_inputs(Labelling& labelling, int index) {
  for (const ValueId x : labelling.node(index).inputs) labelling.freeze(x);
}

namespace {

// The axis of an operand that is axis `axis` of the result; negative: it has none.
int own_axis(const Labelling& labelling, const Node& node, ValueId x, int axis) {
  return axis - (labelling.shape(node.outputs[0]).rank() - labelling.shape(x).rank());
}

// The labels of the result: those of the first operand that has a label for each of its slices.
Labels leading_labels(Labelling& labelling, const Node& node) {
  const Shape& y = labelling.shape(node.outputs[0]);
  for (const ValueId x : node.inputs) {
    if (x == kNoValue || !labelling.of(x)) continue;
    const int axis = labelling.of(x).axis + y.rank() - labelling.shape(x).rank();
    if (y[axis] == std::int64_t(labelling.of(x).ids.size())) return {axis, labelling.of(x).ids};
  }
  return {};
}

}  // namespace

void couple_elements(Labelling& labelling, int index) {
  const Node& node = labelling.node(index);
  const Labels y = leading_labels(labelling, node);
  if (!y) return freeze_inputs(labelling, index);
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const ValueId x = node.inputs[i];
    if (x == kNoValue) continue;
    const int axis = own_axis(labelling, node, x, y.axis);
    const bool wide = axis >= 0 && labelling.shape(x)[axis] == std::int64_t(y.ids.size());
    const Labels& own = labelling.of(x);
    if (labelling.graph.is_constant(x)) {
      if (wide) labelling.cut(index, int(i), axis, ChannelRole::follows, y.ids);
    } else if (own.axis == axis && wide) {
      labelling.unite(own.ids, y.ids);
    } else {  // labelled elsewhere, or one slice for all of y's
      labelling.freeze(own.ids);
      if (wide) labelling.freeze(y.ids);
    }
  }
  labelling.set(node.outputs[0], y.axis, y.ids);
}

ChannelRule find_rule(std::string_view op) {
  const ChannelRule rule = find_layer_rule(op);
  return rule ? rule : find_movement_rule(op);
}

bool couple(Labelling& labelling, int index) {
  labelling.at = index;
  const ChannelRule rule = find_rule(labelling.node(index).op->name);
  if (rule)
    rule(labelling, index);
  else
    freeze_inputs(labelling, index);
  return rule != nullptr;
}

}  // namespace dlis
