// One node by itself, for tests: made from a few words, imported, inferred, folded.
#pragma once
#include "dlis/model/op.h"

namespace dlis {

// `shapes` and `constants` are the inputs in order; where a constant is given its shape counts.
struct NodeTrial {
  const char* op;
  int opset = 17;
  Attributes attributes = {};
  std::vector<Shape> shapes = {};
  std::map<int, Tensor> constants = {};
  int outputs = 1;
  std::map<std::string, Tensor> tensors = {};
  std::vector<bool> unused_outputs = {};
};

inline Attributes with(std::initializer_list<std::pair<const char*, Attribute>> entries) {
  Attributes attributes;
  for (const auto& [name, value] : entries) attributes.set(name, value);
  return attributes;
}

inline Tensor i64s(std::initializer_list<std::int64_t> values) {
  return Tensor::ints(std::span(values.begin(), values.size()));
}

inline Tensor f32s(std::initializer_list<float> values) {
  return Tensor::of<float>({std::int64_t(values.size())}, std::span(values.begin(), values.size()));
}

// A graph of that node, after import and inference; the last node is it.
inline Result<Graph> make(const NodeTrial& trial) {
  Graph graph;
  Node node{find_operator(trial.op), "it", trial.attributes, {}, {}};
  if (!node.op) return fail("no such operator");
  const int inputs = std::max(int(trial.shapes.size()),
                              trial.constants.empty() ? 0 : trial.constants.rbegin()->first + 1);
  for (int i = 0; i < inputs; ++i) {
    const std::string name(1, char('a' + i));
    const auto constant = trial.constants.find(i);
    if (constant != trial.constants.end()) {
      node.inputs.push_back(
          constant->second.has_value() ? graph.add_constant(name, constant->second) : kNoValue);
      continue;
    }
    node.inputs.push_back(graph.add_value({.name = name, .shape = trial.shapes[std::size_t(i)]}));
    graph.inputs.push_back(node.inputs.back());
  }
  for (int i = 0; i < trial.outputs; ++i) {
    node.outputs.push_back(graph.add_value({.name = "y" + std::to_string(i)}));
    graph.outputs.push_back(node.outputs.back());
  }
  ImportNode in{graph, trial.opset, node, trial.tensors, trial.unused_outputs};
  DLIS_TRY(import_node(in));
  DLIS_TRY(infer_node(graph, node));
  graph.outputs = node.outputs;
  graph.nodes.push_back(std::move(node));
  return graph;
}

// The outputs for constant inputs, as far as the row folds.
inline Result<std::vector<Tensor>> fold(const NodeTrial& trial) {
  Graph graph = DLIS_TRY(make(trial));
  DLIS_TRY(fold_node(graph, graph.nodes.back()));
  std::vector<Tensor> outputs;
  for (ValueId id : graph.nodes.back().outputs) outputs.push_back(graph.value(id).constant);
  return outputs;
}

}  // namespace dlis
