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

Attribute any_attribute() {
  static const Strings kWords{"SAME_UPPER", "SAME_LOWER", "VALID",  "NOTSET",      "constant",
                              "reflect",    "edge",       "linear", "not_smaller", "nonsense"};
  switch (*rc::gen::inRange(0, 5)) {
    case 0:
      return *number();
    case 1:
      return float(*rc::gen::inRange(-8, 9)) / 2;
    case 2:
      return *rc::gen::elementOf(kWords);
    case 3:
      return Floats{1, 0.5f, 2};
    default:
      return *numbers();
  }
}

NodeTrial any_trial() {
  const Operator& op =
      **rc::gen::elementOf(std::vector<const Operator*>(operators().begin(), operators().end()));
  NodeTrial trial{.op = op.name, .opset = *rc::gen::inRange(7, 26)};
  for (std::string_view name : split(op.attributes, ' '))
    if (!name.empty() && *rc::gen::inRange(0, 2))
      trial.attributes.set(std::string(name), any_attribute());
  const int inputs = *rc::gen::inRange(op.min_inputs, op.min_inputs + 4);
  const Shape first = *shape();
  for (int i = 0; i < inputs; ++i) {
    trial.shapes.push_back(*rc::gen::inRange(0, 3) ? first : *shape());
    if (*rc::gen::inRange(0, 2)) trial.constants[i] = any_constant();
  }
  trial.outputs = *rc::gen::inRange(1, 4);
  if (*rc::gen::inRange(0, 4) == 0) trial.tensors["value"] = any_constant();
  return trial;
}

RC_GTEST_PROP(AnyNode, IsRefusedOrMakesSense, ()) {
  const auto graph = make(any_trial());
  if (!graph) {
    RC_ASSERT(!graph.error().what.empty());
    RC_ASSERT(graph.error().where.find("node 'it'") != std::string::npos);
    return;
  }
  RC_TAG(std::string(graph->nodes[0].op->name));
  const Status valid = validate(*graph);
  if (!valid) RC_FAIL(valid.error().message());
  Graph computed = *graph;
  if (!fold_node(computed, computed.nodes[0])) return;
  for (ValueId id : computed.nodes[0].outputs) {
    const Value& value = computed.value(id);
    RC_ASSERT(value.shape == graph->value(id).shape);
    if (value.constant.has_value()) RC_ASSERT(value.constant.type() == graph->value(id).type);
  }
  (void)export_node(*graph, graph->nodes[0]);
}

}  // namespace
}  // namespace dlis
