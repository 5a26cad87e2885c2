// Graphs of a few nodes for the tests of passes.
#pragma once
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dlis/model/op.h"

namespace dlis {

// Builds a graph node by node in canonical form (opset 17 rules).
class Small {
 public:
  ValueId input(const std::string& name, const Shape& shape) {
    graph.inputs.push_back(graph.add_value({.name = name, .shape = shape}));
    return graph.inputs.back();
  }
  ValueId constant(const Shape& shape, std::vector<float> values) {
    const std::string name = "c" + std::to_string(graph.values.size());
    return graph.add_constant(name, Tensor::of<float>(shape, std::span<const float>(values)));
  }
  ValueId node(const char* op, std::vector<ValueId> inputs, Attributes attributes = {}) {
    const ValueId out = graph.add_value({.name = "v" + std::to_string(graph.values.size())});
    Node made{find_operator(op),
              "n" + std::to_string(graph.nodes.size()),
              std::move(attributes),
              std::move(inputs),
              {out}};
    ImportNode in{graph, 17, made, {}, {}};
    Status status = import_node(in);
    if (status) status = infer_node(graph, made);
    EXPECT_TRUE(status) << status.error().message();
    graph.nodes.push_back(std::move(made));
    return out;
  }
  // 1x1 convolution from the channels of x to weights.size() / channels.
  ValueId conv(ValueId x, std::vector<float> weights, std::vector<float> bias = {}) {
    const std::int64_t c = (*graph.value(x).shape)[1];
    const std::int64_t k = std::int64_t(weights.size()) / c;
    std::vector<ValueId> inputs{x, constant({k, c, 1, 1}, weights)};
    if (!bias.empty()) inputs.push_back(constant({k}, bias));
    return node("Conv", inputs);
  }
  // In the Winograd domain of m = 2; all 16 values of a pair of channels are equal.
  ValueId winograd(ValueId x, const std::vector<float>& weights, std::vector<float> bias = {},
                   std::int64_t relu = 0) {
    const std::int64_t c = (*graph.value(x).shape)[1];
    const std::int64_t k = std::int64_t(weights.size()) / c;
    std::vector<float> all;
    for (const float weight : weights) all.insert(all.end(), 16, weight);
    std::vector<ValueId> inputs{x, constant({k, c, 4, 4}, all)};
    if (!bias.empty()) inputs.push_back(constant({k}, bias));
    Attributes attributes;
    attributes.set("m", std::int64_t(2));
    attributes.set("relu", relu);
    attributes.set("pads", Ints{1, 1, 1, 1});
    return node("WinogradConv", inputs, attributes);
  }
  ValueId norm(ValueId x, std::vector<float> gamma, std::vector<float> beta,
               std::vector<float> mean, std::vector<float> variance) {
    const Shape shape{std::int64_t(gamma.size())};
    return node("BatchNormalization",
                {x, constant(shape, gamma), constant(shape, beta), constant(shape, mean),
                 constant(shape, variance)},
                epsilon(0.5f));
  }
  static Attributes epsilon(float value) {
    Attributes attributes;
    attributes.set("epsilon", value);
    return attributes;
  }
  Graph done(std::vector<ValueId> outputs) {
    graph.outputs = std::move(outputs);
    EXPECT_TRUE(validate(graph)) << validate(graph).error().message();
    return graph;
  }
  Graph graph;
};

inline std::vector<std::string> ops(const Graph& graph) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes) names.emplace_back(node.op->name);
  return names;
}

inline std::vector<float> constant_of(const Graph& graph, const Node& node, std::size_t input) {
  const auto values = graph.value(node.inputs.at(input)).constant.as<float>();
  return {values.begin(), values.end()};
}

inline void expect_valid(const Graph& graph) {
  const Status status = validate(graph);
  EXPECT_TRUE(status) << status.error().message();
}

inline Attributes with(const std::string& name, Attribute value) {
  Attributes attributes;
  attributes.set(name, std::move(value));
  return attributes;
}

}  // namespace dlis
