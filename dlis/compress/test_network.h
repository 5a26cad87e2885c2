// Small networks for tests, layer by layer, with random weights named after their layers; and
// values as a run time might give them.
#pragma once
#include <gtest/gtest.h>

#include <cmath>
#include <span>

#include "dlis/base/rng.h"
#include "dlis/model/op.h"

namespace dlis {

class TestNetwork {
 public:
  using Settings = std::initializer_list<std::pair<const char*, Attribute>>;
  struct Conv {
    std::int64_t kernel = 1, stride = 1, group = 1;
    bool bias = false;
  };

  explicit TestNetwork(const Shape& input) {
    graph_.inputs = {graph_.add_value({.name = "input", .shape = input, .quant = {}})};
  }
  ValueId input() const { return graph_.inputs[0]; }

  ValueId constant(const std::string& name, const Shape& shape) {
    Tensor tensor(DType::f32, shape);
    for (float& value : tensor.edit<float>()) value = float(rng_.uniform(0.5, 1.5));
    return graph_.add_constant(name, tensor);
  }

  std::vector<ValueId> nodes(const char* op, const std::string& name, std::vector<ValueId> inputs,
                             Settings settings, int outputs) {
    Node node{find_operator(op), name, {}, std::move(inputs), {}};
    for (const auto& [key, value] : settings) node.attributes.set(key, value);
    for (int i = 0; i < outputs; ++i)
      node.outputs.push_back(
          graph_.add_value({.name = name + "." + std::to_string(i), .quant = {}}));
    const std::vector<ValueId> made = node.outputs;
    graph_.nodes.push_back(std::move(node));
    const Status inferred = infer_node(graph_, graph_.nodes.back());
    EXPECT_TRUE(inferred) << inferred.error().message();
    return made;
  }
  ValueId node(const char* op, const std::string& name, std::vector<ValueId> inputs,
               Settings settings = {}) {
    return nodes(op, name, std::move(inputs), settings, 1)[0];
  }

  ValueId conv(const std::string& name, ValueId x, std::int64_t filters) {
    return conv(name, x, filters, Conv{});
  }
  ValueId conv(const std::string& name, ValueId x, std::int64_t filters, const Conv& conv) {
    const std::int64_t channels = (*graph_.value(x).shape)[1] / conv.group;
    std::vector<ValueId> inputs{
        x, constant(name + ".w", {filters, channels, conv.kernel, conv.kernel})};
    if (conv.bias) inputs.push_back(constant(name + ".b", {filters}));
    return node("Conv", name, std::move(inputs),
                {{"group", conv.group}, {"strides", Ints{conv.stride, conv.stride}}});
  }
  ValueId depthwise(const std::string& name, ValueId x) {
    const std::int64_t channels = (*graph_.value(x).shape)[1];
    return conv(name, x, channels, {.group = channels});
  }
  // 3x3 with padding, in the Winograd domain of F(2 x 2, 3 x 3).
  ValueId winograd(const std::string& name, ValueId x, std::int64_t filters, bool relu = false) {
    const std::int64_t channels = (*graph_.value(x).shape)[1];
    return node(
        "WinogradConv", name,
        {x, constant(name + ".w", {filters, channels, 4, 4}), constant(name + ".b", {filters})},
        {{"m", std::int64_t(2)}, {"relu", std::int64_t(relu)}, {"pads", Ints{1, 1, 1, 1}}});
  }
  ValueId norm(const std::string& name, ValueId x) {
    const Shape shape{(*graph_.value(x).shape)[1]};
    return node("BatchNormalization", name,
                {x, constant(name + ".scale", shape), constant(name + ".bias", shape),
                 constant(name + ".mean", shape), constant(name + ".var", shape)});
  }
  ValueId relu(const std::string& name, ValueId x) { return node("Relu", name, {x}); }
  ValueId flatten(const std::string& name, ValueId x) {
    return node("Flatten", name, {x}, {{"axis", std::int64_t(1)}});
  }
  ValueId dense(const std::string& name, ValueId x, std::int64_t outputs) {
    return node("Gemm", name,
                {x, constant(name + ".w", {outputs, (*graph_.value(x).shape)[1]}),
                 constant(name + ".b", {outputs})},
                {{"transB", std::int64_t(1)}});
  }

  Graph finish(ValueId output) {
    graph_.outputs = {output};
    const Status valid = validate(graph_);
    EXPECT_TRUE(valid) << valid.error().message();
    return graph_;
  }

 private:
  Graph graph_;
  Rng rng_{1};
};

// In place of a run time: values by name, signed but where a ReLU made them.
inline Result<std::vector<Tensor>> noise(const Graph& graph, std::int64_t images,
                                         std::span<const ValueId> wanted) {
  std::vector<Tensor> values;
  for (ValueId id : wanted) {
    Rng rng(std::hash<std::string>()(graph.value(id).name));
    Shape shape = *graph.value(id).shape;
    shape[0] = images;
    Tensor tensor(DType::f32, shape);
    for (float& v : tensor.edit<float>()) v = float(std::abs(rng.normal()));
    values.push_back(tensor);
  }
  return values;
}

}  // namespace dlis
