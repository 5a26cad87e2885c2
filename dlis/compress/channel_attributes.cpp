// Attributes that follow from how many channels are left.
#include "dlis/compress/channel_surgery.h"
#include "dlis/model/op.h"

namespace dlis {
namespace {

void fit_group(const Graph& graph, Node& node, const Around& around) {
  if (node.attributes.integer("group", 1) == 1) return;
  const std::int64_t each = (*graph.value(node.inputs[1]).shape)[1];
  node.attributes.set("group", around.shape(node.inputs[0])[1] / each);
}

void fit_split(Node& node, const Around& around) {
  const int axis = int(node.attributes.integer("axis"));
  if (!around.of(node.inputs[0])) return;
  Ints split;
  for (const ValueId y : node.outputs) {
    if (y == kNoValue) return;  // its input stays whole
    split.push_back(around.shape(y)[axis]);
  }
  node.attributes.erase("num_outputs");
  node.attributes.set("split", split);
}

void fit_slice(Node& node, const Around& around) {
  const ChannelValue* x = around.of(node.inputs[0]);
  Ints starts = node.attributes.ints("starts"), ends = node.attributes.ints("ends");
  const Ints axes = node.attributes.ints("axes");
  if (!x) return;
  const Keep keep = kept(x->columns, around.dropped);
  const auto extent = std::int64_t(keep.size());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (axes[i] != x->axis) continue;
    const std::int64_t start = starts[i] < 0 ? starts[i] + extent : starts[i];
    starts[i] = kept_between(keep, 0, std::clamp<std::int64_t>(start, 0, extent));
    ends[i] = starts[i] + around.shape(node.outputs[0])[x->axis];
  }
  node.attributes.set("starts", starts);
  node.attributes.set("ends", ends);
}

void fit_pad(Node& node, const Around& around) {
  const ChannelValue* y = around.of(node.outputs[0]);
  if (!y) return;
  Ints pads = node.attributes.ints("pads");
  std::int64_t& front = pads[std::size_t(y->axis)];
  std::int64_t& behind = pads[std::size_t(y->axis) + pads.size() / 2];
  const Keep keep = kept(y->columns, around.dropped);
  const auto extent = std::int64_t(keep.size());
  if (front == 0 && behind == 0) return;
  behind = kept_between(keep, extent - behind, extent);
  front = kept_between(keep, 0, front);
  node.attributes.set("pads", pads);
}

// Extents of the result as an attribute; 0 and -1 stand for what follows from the input.
void fit_extents(Node& node, const char* name, const Around& around) {
  const Shape x = around.shape(node.inputs[0]), y = around.shape(node.outputs[0]);
  Ints extents = node.attributes.ints(name);
  const int first = y.rank() - int(extents.size());
  for (int i = 0; i < int(extents.size()) && first >= 0; ++i) {
    std::int64_t& extent = extents[std::size_t(i)];
    const bool copies = extent == 0 && i < x.rank() && x[i] == y[first + i];
    if (extent != -1 && extent != 1 && !copies) extent = y[first + i];
  }
  node.attributes.set(name, extents);
}

// Axes that vanish because they are 1 are named before others become 1.
void fit_squeeze(Node& node, const Graph& before) {
  if (node.attributes.has("axes")) return;
  const Shape& x = *before.value(node.inputs[0]).shape;
  Ints axes;
  for (int axis = 0; axis < x.rank(); ++axis)
    if (x[axis] == 1) axes.push_back(axis);
  node.attributes.set("axes", axes);
}

}  // namespace

void fit_attributes(const Graph& graph, Node& node, const Around& around) {
  const std::string_view op = node.op->name;
  if (op == "Conv") fit_group(graph, node, around);
  if (op == "Split") fit_split(node, around);
  if (op == "Slice") fit_slice(node, around);
  if (op == "Pad") fit_pad(node, around);
  if (op == "Reshape" || op == "Expand") fit_extents(node, "shape", around);
  if (op == "Resize" && node.attributes.has("sizes")) fit_extents(node, "sizes", around);
  if (op == "Squeeze") fit_squeeze(node, around.before);
}

}  // namespace dlis
