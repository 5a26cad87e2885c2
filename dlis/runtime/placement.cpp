// Decides orders and sharing; values are written once, so a view is safe until its root is reused.
#include "dlis/runtime/placement.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "dlis/model/dense_layer.h"
#include "dlis/model/op.h"

namespace dlis {
namespace {

using namespace std::string_view_literals;

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

bool is_spatial(const Node& node) {
  static constexpr std::array names{"Conv"sv,          "ConvTranspose"sv, "WinogradConv"sv,
                                    "MaxPool"sv,       "AveragePool"sv,   "GlobalAveragePool"sv,
                                    "GlobalMaxPool"sv, "LRN"sv,           "Resize"sv};
  return is_one_of(node.op->name, names);
}

bool is_elementwise(const Node& node) {
  static constexpr std::array names{"Relu"sv,
                                    "LeakyRelu"sv,
                                    "PRelu"sv,
                                    "Clip"sv,
                                    "Sigmoid"sv,
                                    "Tanh"sv,
                                    "HardSigmoid"sv,
                                    "HardSwish"sv,
                                    "Exp"sv,
                                    "Sqrt"sv,
                                    "Pow"sv,
                                    "Erf"sv,
                                    "Gelu"sv,
                                    "Neg"sv,
                                    "Reciprocal"sv,
                                    "Add"sv,
                                    "Sub"sv,
                                    "Mul"sv,
                                    "Div"sv,
                                    "Sum"sv,
                                    "Max"sv,
                                    "Min"sv,
                                    "BatchNormalization"sv,
                                    "Cast"sv,
                                    "QuantizeLinear"sv,
                                    "DequantizeLinear"sv};
  return is_one_of(node.op->name, names);
}

bool is_reshape(const Node& node) {
  static constexpr std::array names{"Reshape"sv,   "Flatten"sv,  "Squeeze"sv,
                                    "Unsqueeze"sv, "Identity"sv, "Dropout"sv};
  return is_one_of(node.op->name, names);
}

Shape channels_last_strides(const Shape& shape) {
  Shape strides = shape;
  std::int64_t stride = shape[1];
  strides[1] = 1;
  for (int axis = shape.rank() - 1; axis >= 2; --axis) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  strides[0] = stride;
  return strides;
}

// Equal where it matters: the stride of an axis of extent 1 says nothing.
bool same_strides(const Shape& shape, const Shape& a, const Shape& b) {
  for (int axis = 0; axis < shape.rank(); ++axis)
    if (shape[axis] > 1 && a[axis] != b[axis]) return false;
  return true;
}

class Placer {
 public:
  explicit Placer(const Graph& graph) : graph_(graph), uses_(graph) {}

  Placements run() {
    choose_orders();
    for (std::size_t i = graph_.nodes.size(); i-- > 0;)
      if (graph_.nodes[i].op->name == "Concat"sv) share_concat(graph_.nodes[i]);
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      const Node& node = graph_.nodes[i];
      for (ValueId input : node.inputs) settle(input);
      share_view(node);
      if (is_elementwise(node)) share_in_place(int(i));
      for (ValueId output : node.outputs) settle(output);
    }
    for (std::size_t id = 0; id < graph_.values.size(); ++id) settle(ValueId(id));
    return std::move(out_);
  }

 private:
  Placement& at(ValueId id) { return out_.of[std::size_t(id)]; }
  const Shape& shape(ValueId id) const { return *graph_.value(id).shape; }
  bool computed(ValueId id) const { return id != kNoValue && !graph_.is_constant(id); }
  bool used(ValueId id) const {
    return uses_.producer[std::size_t(id)] >= 0 || !uses_.consumers[std::size_t(id)].empty() ||
           uses_.is_output[std::size_t(id)];
  }

  void choose_orders() {
    out_.of.resize(graph_.values.size());
    for (std::size_t id = 0; id < graph_.values.size(); ++id) {
      const Value& value = graph_.values[id];
      const bool image = !value.constant.has_value() && value.shape && value.shape->rank() == 4;
      if (image) out_.of[id].order = Order::channels_last;
    }
    for (bool changed = true; changed;) {
      changed = false;
      for (const Node& node : graph_.nodes) changed |= spread_order(node);
    }
    for (std::size_t id = 0; id < graph_.values.size(); ++id) {
      if (!graph_.values[id].shape) continue;
      const Shape& extents = *graph_.values[id].shape;
      out_.of[id].strides = out_.of[id].order == Order::channels_last
                                ? channels_last_strides(extents)
                                : row_major_strides(extents);
    }
  }

  // Rank-3 values around spatial operators are channels-last, and so are their elementwise
  // relatives.
  bool spread_order(const Node& node) {
    std::vector<ValueId> related;
    for (ValueId id : node.inputs)
      if (computed(id) && shape(id).rank() == 3) related.push_back(id);
    for (ValueId id : node.outputs)
      if (id != kNoValue && shape(id).rank() == 3) related.push_back(id);
    const auto last = [&](ValueId id) { return at(id).order == Order::channels_last; };
    if (!is_spatial(node) && !(is_elementwise(node) && std::ranges::any_of(related, last)))
      return false;
    bool changed = false;
    for (ValueId id : related) {
      changed |= !last(id);
      at(id).order = Order::channels_last;
    }
    return changed;
  }

  // A value that shares nothing owns its memory.
  void settle(ValueId id) {
    if (!computed(id) || at(id).root != kNoValue || !used(id)) return;
    at(id).root = id;
    members_[id].push_back(id);
  }

  void join(ValueId id, ValueId root, std::int64_t offset, const Shape& strides) {
    at(id).root = root;
    at(id).offset = offset;
    at(id).strides = strides;
    members_[root].push_back(id);
  }

  std::int64_t bytes_of(ValueId id) const { return std::int64_t(size_of(graph_.value(id).type)); }

  // The output of a Reshape, Slice or Split that then computes nothing.
  void view(ValueId id, ValueId root, std::int64_t offset, const Shape& strides) {
    join(id, root, offset, strides);
    out_.views.insert(id);
  }

  void share_concat(const Node& node) {
    const ValueId out = node.outputs[0];
    settle(out);
    const auto axis = int(node.attributes.integer("axis"));
    std::int64_t position = 0;
    for (ValueId id : node.inputs) {
      const bool free = computed(id) && at(id).root == kNoValue && at(id).order == at(out).order;
      if (free)
        join(id, at(out).root, at(out).offset + position * at(out).strides[axis] * bytes_of(out),
             at(out).strides);
      position += shape(id)[axis];
    }
  }

  void share_view(const Node& node) {
    if (is_reshape(node)) return share_reshape(node);
    if (node.op->name == "Split"sv) return share_split(node);
    if (node.op->name == "Slice"sv) return share_slice(node);
  }

  // The bytes of a reshape stay where they are if both shapes read them in logical order.
  void share_reshape(const Node& node) {
    const ValueId in = node.inputs[0], out = node.outputs[0];
    if (!computed(in) || at(out).root != kNoValue) return;
    const Shape logical_in = row_major_strides(shape(in));
    const Shape logical_out = row_major_strides(shape(out));
    if (same_strides(shape(in), at(in).strides, logical_in) &&
        same_strides(shape(out), at(out).strides, logical_out))
      return view(out, at(in).root, at(in).offset, at(out).strides);
    if (feeds_dense_layers_only(out) && flattens(in, out)) {
      view(out, at(in).root, at(in).offset, logical_out);
      out_.permuted[out] = shape(in);
    }
  }

  bool flattens(ValueId in, ValueId out) {
    return shape(in).rank() == 4 && shape(out).rank() == 2 && shape(out)[0] == shape(in)[0] &&
           at(in).order == Order::channels_last &&
           same_strides(shape(in), at(in).strides, channels_last_strides(shape(in)));
  }

  bool feeds_dense_layers_only(ValueId id) const {
    const auto& consumers = uses_.consumers[std::size_t(id)];
    if (uses_.is_output[std::size_t(id)] || consumers.empty()) return false;
    return std::ranges::all_of(consumers, [&](int i) {
      const Node& node = graph_.nodes[std::size_t(i)];
      return node.inputs[0] == id && is_dense_layer(graph_, node);
    });
  }

  // A part of a value; convolutions need their channels side by side.
  bool may_be_part(ValueId in, ValueId out, const Shape& strides) {
    if (!computed(in) || at(out).root != kNoValue || at(out).order != at(in).order) return false;
    const int dense = at(out).order == Order::channels_last ? 1 : shape(out).rank() - 1;
    return dense >= 0 && strides[dense] == 1;
  }

  void share_split(const Node& node) {
    const ValueId in = node.inputs[0];
    const auto axis = int(node.attributes.integer("axis"));
    const Shape strides = at(in).strides;
    for (ValueId out : node.outputs)
      if (out == kNoValue || !may_be_part(in, out, strides)) return;
    std::int64_t offset = at(in).offset;
    for (ValueId out : node.outputs) {
      view(out, at(in).root, offset, strides);
      offset += shape(out)[axis] * strides[axis] * bytes_of(in);
    }
  }

  void share_slice(const Node& node) {
    const ValueId in = node.inputs[0];
    if (!computed(in)) return;
    const Ints starts = node.attributes.ints("starts"), axes = node.attributes.ints("axes");
    const Ints steps = node.attributes.ints("steps", Ints(starts.size(), 1));
    Shape strides = at(in).strides;
    std::int64_t elements = 0;
    for (std::size_t i = 0; i < starts.size(); ++i) {
      const int axis = axes.empty() ? int(i) : int(axes[i]);
      if (steps[i] < 1) return;
      const std::int64_t extent = shape(in)[axis];
      const std::int64_t start =
          std::clamp<std::int64_t>(starts[i] < 0 ? starts[i] + extent : starts[i], 0, extent);
      elements += start * at(in).strides[axis];
      strides[axis] = at(in).strides[axis] * steps[i];
    }
    const ValueId out = node.outputs[0];
    if (may_be_part(in, out, strides))
      view(out, at(in).root, at(in).offset + elements * bytes_of(in), strides);
  }

  void share_in_place(int index) {
    const Node& node = graph_.nodes[std::size_t(index)];
    const ValueId out = node.outputs[0];
    if (at(out).root != kNoValue) return;
    for (ValueId in : node.inputs)
      if (computed(in) && may_overwrite(index, in, out))
        return join(out, at(in).root, at(in).offset, at(in).strides);
  }

  bool may_overwrite(int index, ValueId in, ValueId out) {
    const Node& node = graph_.nodes[std::size_t(index)];
    const ValueId root = at(in).root;
    if (shape(in) != shape(out) || graph_.value(in).type != graph_.value(out).type ||
        !same_strides(shape(out), at(in).strides, at(out).strides))
      return false;
    const bool others_apart = std::ranges::all_of(node.inputs, [&](ValueId id) {
      return !computed(id) || at(id).root != root ||
             (at(id).offset == at(in).offset && shape(id) == shape(in) &&
              at(id).strides == at(in).strides);
    });
    return others_apart && std::ranges::all_of(members_[root], [&](ValueId member) {
             const auto& consumers = uses_.consumers[std::size_t(member)];
             return !uses_.is_output[std::size_t(member)] &&
                    std::ranges::all_of(consumers, [&](int i) { return i <= index; });
           });
  }

  const Graph& graph_;
  Uses uses_;
  Placements out_;
  std::map<ValueId, std::vector<ValueId>> members_;  // by root
};

}  // namespace

Placements place(const Graph& graph) { return Placer(graph).run(); }

}  // namespace dlis
