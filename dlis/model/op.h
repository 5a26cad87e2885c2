// What the model layer knows of an operator: a row of ops.inc, one file in ops/ each.
//
// Canonical form. Attribute names are those of opset 17. Where opset 17 carries a setting in an
// input (axes, pads, starts, ends, steps, shape, split, min, max, ratio, scales, sizes, ...),
// import reads that constant input into an attribute of the input's name and drops the input, so a
// node's inputs are data and weights only. Defaults are filled in, negative axes counted from 0,
// auto_pad is resolved into pads once shapes are known. Kernels (compute/nn) may rely on all of
// this.
#pragma once
#include <span>
#include <string_view>

#include "dlis/model/graph.h"

namespace dlis {

// An ONNX node on its way in: attributes and inputs as its own opset defines them.
struct ImportNode {
  Graph& graph;
  int opset;   // 7 to 25
  Node& node;  // attributes as in the file; `import` leaves them canonical
  // The constant behind input i, or an error that names it; no tensor where the input is absent.
  Result<Tensor> constant_input(int i) const;
  void drop_input(int i);  // and everything after it when i is last
};

// A node on its way out at opset 17: canonical settings become inputs where the opset wants them.
struct ExportNode {
  const Graph& graph;
  Node node;                                          // a copy; `export_` edits it
  std::vector<std::pair<std::string, Tensor>> added;  // new constant inputs, appended in order:
  void add_input(const std::string& suffix, Tensor tensor);  // uses kNoValue - k placeholders
};

// Shapes and types of the outputs. `inputs[i]` is null for an absent input.
struct InferContext {
  const Graph& graph;
  Node& node;  // may be completed: auto_pad to pads, axes normalised
  std::vector<const Value*> inputs;
  std::vector<Value*> outputs;
};

// A row of ops.inc. Null function pointers mean the default named beside them.
struct Operator {
  const char* name;  // ONNX name
  const char* domain = "";
  int min_inputs = 1, max_inputs = 1;                // of the canonical form
  Status (*import)(ImportNode& node) = nullptr;      // attributes taken as they are
  Status (*infer)(InferContext& context) = nullptr;  // output 0 has input 0's shape and type
  Status (*export_)(ExportNode& node) = nullptr;     // attributes written as they are
  // The outputs for constant inputs: shape arithmetic and weights behind Transpose or Reshape.
  Result<std::vector<Tensor>> (*fold)(const Node& node, std::span<const Tensor> inputs) = nullptr;
  std::int64_t (*macs)(const Graph& graph, const Node& node) = nullptr;  // 0
};

std::span<const Operator* const> operators();
const Operator* find_operator(std::string_view name);  // null: unknown

}  // namespace dlis
