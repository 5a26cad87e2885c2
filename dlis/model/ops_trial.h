// What a trial of one operator gives, for tests of operators: shapes, attributes, constants,
// refusals.
#pragma once
#include <gtest/gtest.h>

#include "dlis/model/node_trial.h"

namespace dlis {

inline Ints shape_of_output(const NodeTrial& trial, int output = 0) {
  const auto graph = make(trial);
  if (!graph) return ADD_FAILURE() << trial.op << ": " << graph.error().message(), Ints{-99};
  const Shape& shape = *graph->value(graph->nodes.back().outputs[std::size_t(output)]).shape;
  return Ints(shape.begin(), shape.end());
}

inline Attributes canonical(const NodeTrial& trial) {
  const auto graph = make(trial);
  if (!graph) return ADD_FAILURE() << trial.op << ": " << graph.error().message(), Attributes();
  return graph->nodes.back().attributes;
}

inline std::string refusal(const NodeTrial& trial) {
  const auto graph = make(trial);
  return graph ? "accepted" : graph.error().message();
}

inline Tensor folded(const NodeTrial& trial) {
  const auto outputs = fold(trial);
  if (!outputs) return ADD_FAILURE() << trial.op << ": " << outputs.error().message(), Tensor();
  EXPECT_TRUE((*outputs)[0].has_value()) << trial.op << " did not fold";
  return (*outputs)[0];
}

inline Ints integers(const Tensor& tensor) {
  if (!tensor.has_value()) return {};
  const Tensor wide = tensor.converted(DType::i64);
  return Ints(wide.as<std::int64_t>().begin(), wide.as<std::int64_t>().end());
}

inline Floats reals(const Tensor& tensor) {
  if (!tensor.has_value()) return {};
  return Floats(tensor.as<float>().begin(), tensor.as<float>().end());
}

inline const Tensor kAbsent;

}  // namespace dlis
