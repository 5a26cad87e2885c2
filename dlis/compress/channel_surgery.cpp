// Taking columns out of a network.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "dlis/compress/channel_groups.h"
#include "dlis/model/op.h"

namespace dlis {
namespace {

using Keep = std::vector<bool>;

Keep kept(const std::vector<int>& columns, const std::vector<bool>& dropped) {
  Keep keep;
  for (const int column : columns) keep.push_back(column < 0 || !dropped[std::size_t(column)]);
  return keep;
}

std::int64_t count(const Keep& keep, std::int64_t begin, std::int64_t end) {
  return std::count(keep.begin() + begin, keep.begin() + end, true);
}

template <class T>
void cut_list(std::vector<T>& list, const Keep& keep) {
  std::vector<T> left;
  for (std::size_t i = 0; i < list.size(); ++i)
    if (keep[i]) left.push_back(list[i]);
  list = std::move(left);
}

void cut_quant(Value& value, int axis, const Keep& keep) {
  if (!value.quant || value.quant->axis != axis) return;
  if (value.quant->scale.size() == keep.size()) cut_list(value.quant->scale, keep);
  if (value.quant->zero_point.size() == keep.size()) cut_list(value.quant->zero_point, keep);
}

Tensor cut_tensor(const Tensor& from, int axis, const Keep& keep) {
  Shape shape = from.shape();
  std::size_t inner = size_of(from.type()), outer = 1;
  for (int i = 0; i < shape.rank(); ++i) {
    if (i > axis) inner *= std::size_t(shape[i]);
    if (i < axis) outer *= std::size_t(shape[i]);
  }
  shape[axis] = count(keep, 0, std::int64_t(keep.size()));
  Tensor to(from.type(), shape);
  const std::byte* source = from.data();
  std::byte* target = to.edit_data();
  for (std::size_t o = 0; o < outer; ++o)
    for (std::size_t i = 0; i < keep.size(); ++i, source += inner) {
      if (!keep[i]) continue;
      std::memcpy(target, source, inner);
      target += inner;
    }
  return to;
}

// A constant that several inputs read is copied for each that is cut.
void cut_constant(Graph& graph, const Uses& uses, const ChannelAxis& axis, const Keep& keep) {
  ValueId& id = graph.nodes[std::size_t(axis.node)].inputs[std::size_t(axis.input)];
  const bool shared = std::size_t(id) < uses.consumers.size() &&
                      uses.consumers[std::size_t(id)].size() + uses.is_output[std::size_t(id)] > 1;
  if (shared) {
    Value copy = graph.value(id);
    copy.name += fmt::format(".{}.{}", axis.node, axis.input);
    id = graph.add_value(std::move(copy));
  }
  Value& value = graph.value(id);
  value.constant = cut_tensor(value.constant, axis.axis, keep);
  value.shape = value.constant.shape();
  cut_quant(value, axis.axis, keep);
}

// What is left of the values around one node.
struct Around {
  const Graph& before;
  const std::vector<const ChannelValue*>& by_value;
  const std::vector<bool>& dropped;

  const ChannelValue* of(ValueId id) const {
    return id == kNoValue || std::size_t(id) >= by_value.size() ? nullptr
                                                                : by_value[std::size_t(id)];
  }
  Shape shape(ValueId id) const {
    Shape left = *before.value(id).shape;
    if (const ChannelValue* value = of(id)) {
      const Keep keep = kept(value->columns, dropped);
      left[value->axis] = count(keep, 0, std::int64_t(keep.size()));
    }
    return left;
  }
};

void fit_group(const Graph& graph, Node& node, const Around& around) {
  if (node.attributes.integer("group", 1) == 1) return;
  const std::int64_t each = (*graph.value(node.inputs[1]).shape)[1];
  node.attributes.set("group", around.shape(node.inputs[0])[1] / each);
}

void fit_split(Node& node, const Around& around) {
  const int axis = int(node.attributes.integer("axis"));
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
    starts[i] = count(keep, 0, std::clamp<std::int64_t>(start, 0, extent));
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
  behind = count(keep, extent - behind, extent);
  front = count(keep, 0, front);
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

Result<std::vector<bool>> dropped_of(const Channels& channels, std::span<const int> columns) {
  std::vector<bool> dropped(std::size_t(channels.columns));
  for (const int column : columns) {
    if (column < 0 || column >= channels.columns)
      return fail(fmt::format("there is no column {}", column), "",
                  fmt::format("the network has {}", channels.columns));
    dropped[std::size_t(column)] = true;
  }
  for (const ChannelGroup& group : channels.groups)
    if (std::ranges::all_of(group.columns, [&](int c) { return dropped[std::size_t(c)]; }))
      return fail(fmt::format("all {} channels would go", group.columns.size()), group.name,
                  "leave at least one");
  return dropped;
}

}  // namespace

Result<Graph> remove_channels(const Graph& graph, const Channels& channels,
                              std::span<const int> columns) {
  const std::vector<bool> dropped = DLIS_TRY(dropped_of(channels, columns));
  Graph result = graph;
  const Uses uses(graph);
  std::vector<const ChannelValue*> by_value(graph.values.size());
  for (const ChannelAxis& axis : channels.axes)
    cut_constant(result, uses, axis, kept(axis.columns, dropped));
  for (const ChannelValue& value : channels.values) {
    by_value[std::size_t(value.value)] = &value;
    cut_quant(result.value(value.value), value.axis, kept(value.columns, dropped));
  }
  const Around around{graph, by_value, dropped};
  for (Node& node : result.nodes) fit_attributes(result, node, around);
  DLIS_TRY(infer_shapes(result));
  DLIS_TRY(validate(result));
  return result;
}

}  // namespace dlis
