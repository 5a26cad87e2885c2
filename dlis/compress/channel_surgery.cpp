// Taking columns out of a network.
#include "dlis/compress/channel_surgery.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace dlis {
namespace {

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
  shape[axis] = kept_between(keep, 0, std::int64_t(keep.size()));
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
  if (kept_between(keep, 0, std::int64_t(keep.size())) == std::int64_t(keep.size())) return;
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
