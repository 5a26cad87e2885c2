// Any node that a file may hold is refused with a sentence or gives outputs that make sense: no
// crash, no shape that cannot be, the same result when inferred again, folds of the inferred shape.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "dlis/base/text.h"
#include "dlis/model/node_trial.h"

namespace dlis {
namespace {

rc::Gen<std::int64_t> number() {
  return rc::gen::weightedOneOf<std::int64_t>(
      {{20, rc::gen::inRange<std::int64_t>(-4, 9)},
       {1, rc::gen::element<std::int64_t>(std::numeric_limits<std::int64_t>::max(),
                                          std::numeric_limits<std::int64_t>::min(), 1 << 30)}});
}

rc::Gen<Ints> numbers() {
  return rc::gen::mapcat(rc::gen::inRange<std::size_t>(0, 6), [](std::size_t count) {
    return rc::gen::container<Ints>(count, number());
  });
}

rc::Gen<Shape> shape() {
  return rc::gen::mapcat(rc::gen::inRange<std::size_t>(0, 6), [](std::size_t rank) {
    return rc::gen::map(rc::gen::container<Ints>(rank, rc::gen::inRange<std::int64_t>(0, 6)),
                        [](const Ints& extents) { return Shape(extents); });
  });
}

Tensor any_constant() {
  if (*rc::gen::inRange(0, 2)) return Tensor::ints(*numbers());
  Tensor tensor(DType::f32, *shape());
  for (float& x : tensor.edit<float>()) x = float(*rc::gen::inRange(-8, 9)) / 2;
  return tensor;
}

// Mostly of the kind that the attribute has, and small.
Attribute any_attribute(std::string_view name) {
  static const std::vector<std::string_view> kLists{
      "pads",   "kernel_shape", "strides", "dilations", "split",      "axes",
      "starts", "ends",         "steps",   "perm",      "value_ints", "shape"};
  static const std::vector<std::string_view> kReals{"alpha", "beta", "bias",  "epsilon", "momentum",
                                                    "min",   "max",  "value", "ratio"};
  static const Strings kWords{"SAME_UPPER", "SAME_LOWER", "VALID",  "NOTSET",      "constant",
                              "reflect",    "edge",       "linear", "not_smaller", "nonsense"};
  const auto is_in = [&](const auto& names) {
    return std::ranges::find(names, name) != names.end();
  };
  int kind = is_in(kLists) ? 0 : is_in(kReals) ? 1 : name.find("mode") < name.size() ? 2 : 3;
  if (name == "auto_pad") kind = 2;
  if (name == "ceil_mode" || name == "training_mode") kind = 3;
  if (*rc::gen::inRange(0, 20) == 0) kind = *rc::gen::inRange(0, 5);
  switch (kind) {
    case 0:
      return name == "kernel_shape" || name == "strides" || name == "dilations"
                 ? *rc::gen::container<Ints>(2, rc::gen::inRange<std::int64_t>(1, 4))
                 : *numbers();
    case 1:
      return float(*rc::gen::inRange(-8, 9)) / 2;
    case 2:
      return *rc::gen::elementOf(kWords);
    case 3:
      return *number();
    default:
      return Floats{1, 1, 0.5f, 2};
  }
}

// Two in three inputs have the same shape, and many of them are maps or square.
Shape any_shape(const Shape& usual) {
  switch (*rc::gen::inRange(0, 6)) {
    case 0:
      return *shape();
    case 1:
      return Shape{3};
    default:
      return usual;
  }
}

NodeTrial any_trial() {
  const Operator& op =
      **rc::gen::elementOf(std::vector<const Operator*>(operators().begin(), operators().end()));
  NodeTrial trial{.op = op.name, .opset = *rc::gen::inRange(7, 26)};
  for (std::string_view name : split(onnx_form_of(op).attributes, ' '))
    if (!name.empty() && *rc::gen::inRange(0, 3) == 0)
      trial.attributes.set(std::string(name), any_attribute(name));
  const int inputs =
      op.min_inputs + *rc::gen::weightedElement<int>({{6, 0}, {2, 1}, {1, 2}, {1, 3}, {1, 4}});
  const Shape usual =
      *rc::gen::element(Shape{2, 3, 5, 4}, Shape{3, 3, 3, 3}, Shape{3, 3}, *shape());
  for (int i = 0; i < inputs; ++i) {
    trial.shapes.push_back(any_shape(usual));
    const bool setting = i >= op.max_inputs;
    if (*rc::gen::inRange(0, 8) < (setting ? 7 : 1)) trial.constants[i] = any_constant();
  }
  trial.outputs = *rc::gen::weightedElement<int>({{6, 1}, {1, 2}, {1, 3}});
  if (*rc::gen::inRange(0, 4) == 0) trial.tensors["value"] = any_constant();
  return trial;
}

void check_a_node() {
  const auto graph = make(any_trial());
  if (!graph) {
    RC_ASSERT(!graph.error().what.empty());
    RC_ASSERT(graph.error().where.find("node 'it'") != std::string::npos);
    return;
  }
  const Status valid = validate(*graph);
  if (!valid) RC_FAIL(valid.error().message());
  Graph computed = *graph;
  if (!fold_node(computed, computed.nodes.back())) return;
  for (ValueId id : computed.nodes.back().outputs) {
    const Value& value = computed.value(id);
    RC_ASSERT(value.shape == graph->value(id).shape);
    if (value.constant.has_value()) RC_ASSERT(value.constant.type() == graph->value(id).type);
  }
  (void)export_node(*graph, graph->nodes.back());
}

RC_GTEST_PROP(AnyNode, IsRefusedOrMakesSense, ()) {
  for (int i = 0; i < 30; ++i) check_a_node();
}

}  // namespace
}  // namespace dlis
