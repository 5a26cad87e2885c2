// Small graphs for the tests of this folder, and an oracle that shares no memory between values.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "dlis/base/rng.h"
#include "dlis/model/op.h"
#include "dlis/runtime/measure.h"

namespace dlis {

// Builds a graph node by node; weights are random from a fixed seed.
struct GraphBuilder {
  Graph graph;
  Rng rng{7};

  ValueId input(const Shape& shape) {
    const ValueId id =
        graph.add_value({"x" + std::to_string(graph.inputs.size()), DType::f32, shape, {}, {}});
    graph.inputs.push_back(id);
    return id;
  }

  ValueId weights(const Shape& shape) {
    Tensor tensor(DType::f32, shape);
    for (float& value : tensor.edit<float>()) value = float(rng.normal()) / 4;
    return graph.add_constant("w" + std::to_string(graph.values.size()), tensor);
  }

  std::vector<ValueId> nodes(const char* op, std::vector<ValueId> inputs, Attributes attributes,
                             int outputs) {
    Node node;
    node.op = find_operator(op);
    EXPECT_NE(node.op, nullptr) << op;
    node.name = op + std::to_string(graph.nodes.size());
    node.attributes = std::move(attributes);
    node.inputs = std::move(inputs);
    for (int i = 0; i < outputs; ++i)
      node.outputs.push_back(
          graph.add_value({node.name + "_" + std::to_string(i), DType::f32, std::nullopt, {}, {}}));
    graph.nodes.push_back(node);
    return node.outputs;
  }

  ValueId node(const char* op, std::vector<ValueId> inputs, Attributes attributes = {}) {
    return nodes(op, std::move(inputs), std::move(attributes), 1)[0];
  }

  ValueId conv(ValueId x, std::int64_t c, std::int64_t k, std::int64_t r, std::int64_t stride = 1,
               std::int64_t group = 1) {
    Attributes a;
    a.set("kernel_shape", Ints{r, r});
    a.set("strides", Ints{stride, stride});
    a.set("dilations", Ints{1, 1});
    a.set("pads", Ints(4, r / 2));
    a.set("group", group);
    return node("Conv", {x, weights({k, c / group, r, r}), weights({k})}, a);
  }

  Graph finish(std::vector<ValueId> outputs) {
    graph.outputs = std::move(outputs);
    const Status status = infer_shapes(graph);
    EXPECT_TRUE(status) << (status ? "" : status.error().message());
    return graph;
  }
};

inline Attributes axis_attribute(std::int64_t axis) {
  Attributes a;
  a.set("axis", axis);
  return a;
}

// Every node runs in a plan of its own through the reference row.
inline std::vector<Tensor> run_node_by_node(const Graph& graph, const std::vector<Tensor>& inputs) {
  std::map<ValueId, Tensor> known;
  for (std::size_t i = 0; i < inputs.size(); ++i) known[graph.inputs[i]] = inputs[i];
  PlanOptions options;
  options.tune = Tune::off;
  options.compute = "reference";
  for (const Node& node : graph.nodes) {
    Graph single = graph;
    single.nodes = {node};
    single.outputs = node.outputs;
    single.inputs.clear();
    std::vector<Tensor> given;
    for (ValueId id : node.inputs)
      if (id != kNoValue && !graph.is_constant(id) &&
          std::find(single.inputs.begin(), single.inputs.end(), id) == single.inputs.end()) {
        single.inputs.push_back(id);
        given.push_back(known.at(id));
      }
    auto plan = make_plan(single, options);
    EXPECT_TRUE(plan) << (plan ? "" : plan.error().message());
    auto session = Session::open(*plan);
    EXPECT_TRUE(session);
    const auto outputs = session->run(given);
    EXPECT_TRUE(outputs);
    for (std::size_t i = 0; i < node.outputs.size(); ++i) known[node.outputs[i]] = (*outputs)[i];
  }
  std::vector<Tensor> out;
  for (ValueId id : graph.outputs)
    out.push_back(graph.is_constant(id) ? graph.value(id).constant : known.at(id));
  return out;
}

inline void expect_near(const Tensor& got, const Tensor& want, double tolerance) {
  ASSERT_EQ(got.shape(), want.shape());
  double largest = 1e-6;
  for (float value : want.as<float>()) largest = std::max(largest, std::abs(double(value)));
  for (std::int64_t i = 0; i < got.elements(); ++i)
    ASSERT_NEAR(got.as<float>()[std::size_t(i)], want.as<float>()[std::size_t(i)],
                tolerance * largest)
        << i;
}

}  // namespace dlis
