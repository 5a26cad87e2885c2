// What training knows of an operator: a row of operators.inc. Values are LibTorch tensors in the
// logical order of the graph (NCHW), whatever their order in memory.
#pragma once
#include <torch/torch.h>

#include <span>

#include "dlis/model/graph.h"

namespace dlis::train {

using torch::Tensor;

struct Call {
  const Graph& graph;
  const Node& node;
  std::vector<Tensor> inputs;  // undefined where an optional one is absent
  bool training = false;       // batch statistics and dropout
  bool narrow = false;         // products in bf16 (CUDA)

  bool has(std::size_t i) const { return i < inputs.size() && inputs[i].defined(); }
  // The shape of output 0 with whatever batch x has: -1 where the graph's extent is the batch.
  std::vector<std::int64_t> output_shape() const;
};

// The outputs of the node, differentiable where the operator is.
struct Operator {
  const char* name;  // ONNX name
  std::vector<Tensor> (*forward)(const Call& call);
  // What the gradient of input 1 is multiplied by before each step, broadcast to it; null: 1.
  Tensor (*rate)(const Node& node) = nullptr;
};

Tensor narrowed(const Call& call, const Tensor& x);  // f32 as bf16 in narrow passes

// Defines the row NAME_row.
#define DLIS_TRAIN_ROW(row, onnx, function) \
  extern constinit const Operator row##_row { .name = onnx, .forward = function }

std::span<const Operator* const> operators();
const Operator* find_operator(std::string_view name);  // null: it cannot be trained through

}  // namespace dlis::train
