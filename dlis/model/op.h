// What the model layer knows of an operator: a row of ops.inc, one file in ops/ each.
//
// Canonical form. Attribute names are those of opset 17. Where opset 17 carries a setting in an
// input (axes, pads, starts, ends, steps, shape, split, min, max, ratio, scales, sizes, ...),
// import reads that constant input into an attribute of the input's name and drops the input, so a
// node's inputs are data and weights only. Defaults are filled in, negative axes counted from 0,
// auto_pad is resolved into pads once shapes are known (`auto_pad` stays: a pass that edits the
// pads sets it to NOTSET). Kernels (compute/nn) may rely on all of this. The head of each file in
// ops/ lists the canonical attributes that have something to say beyond ONNX's own text.
#pragma once
#include <limits>
#include <map>
#include <span>
#include <string_view>

#include "dlis/model/graph.h"

namespace dlis {

// An ONNX node on its way in: attributes and inputs as its own opset defines them.
struct ImportNode {
  Graph& graph;
  int opset;   // 7 to 25
  Node& node;  // attributes as in the file; `import` makes them canonical
  std::map<std::string, Tensor> tensors;  // attributes whose value is a tensor
  std::vector<bool> unused_outputs;       // true: nobody reads output i; shorter: the rest are read

  // The constant behind input i, or an error that names it; no tensor where the input is absent.
  Result<Tensor> constant_input(int i) const;
  void drop_input(int i);  // those behind it move up
  bool is_output_used(int i) const;

  // For an operator that import writes as several: puts a node of canonical `attributes` in front
  // of this one and gives its output; a constant of the type of input 0; makes another operator of
  // this node.
  Result<ValueId> put_before(const char* op, std::vector<ValueId> inputs,
                             Attributes attributes = {}) const;
  ValueId number(float x) const;
  void become(const char* op, std::vector<ValueId> inputs);
};

// A node on its way out at opset 17: canonical settings become inputs where the opset wants them.
struct ExportNode {
  const Graph& graph;
  Node node;  // a copy; `export_` edits it
  // New constant inputs, each named after the node plus its suffix. The input id kNoValue - k
  // stands for added[k - 1].
  std::vector<std::pair<std::string, Tensor>> added;

  void add_input(const std::string& suffix, Tensor tensor);  // behind the last input
  void add_absent_input() { node.inputs.push_back(kNoValue); }
};

// Shapes and types of the outputs. `inputs[i]` is null for an absent input.
struct InferContext {
  const Graph& graph;
  Node& node;  // may be completed: auto_pad to pads, axes normalised
  std::vector<const Value*> inputs;
  std::vector<Value*> outputs;  // an output that follows from shapes alone may be made a constant
};

// Of inputs or outputs: no limit.
inline constexpr int kAnyNumber = std::numeric_limits<int>::max();

// A row of ops.inc, `NAME_row` in namespace dlis::model. Null function pointers mean the default
// named beside them.
struct Operator {
  const char* name;  // ONNX name
  const char* domain = "";
  int min_inputs = 1, max_inputs = 1;  // of the canonical form
  int max_outputs = 1;
  unsigned weights = 0;                              // bit i: input i is a parameter to train
  Status (*infer)(InferContext& context) = nullptr;  // output 0 has input 0's shape and type
  // The outputs for constant inputs (no tensor where absent): shape arithmetic and weights behind
  // Transpose or Reshape. The node has been through `infer`. Null, or no outputs: stays as it is.
  Result<std::vector<Tensor>> (*fold)(const Node& node, std::span<const Tensor> inputs) = nullptr;
  std::int64_t (*macs)(const Graph& graph, const Node& node) = nullptr;  // 0
};

// How ONNX has it, `NAME_onnx` beside the row: what nobody needs who reads no ONNX, so that the
// linker leaves it out of a device's program.
struct OnnxForm {
  std::string_view attributes = "";               // what a file may give, of all opsets
  Status (*import)(ImportNode& node) = nullptr;   // attributes taken as they are
  Status (*export_)(ExportNode& node) = nullptr;  // attributes written as they are
};

// The rows of ops.inc, and how ONNX has them.
std::span<const Operator* const> operators();
const OnnxForm& onnx_form_of(const Operator& op);
const Operator* find_operator(std::string_view name);  // null: unknown

// The node's row, applied, with errors that name the node. A reader calls them in this order on
// each node; `infer_node` needs the inputs' shapes and fills in those of the outputs.
Status import_node(ImportNode& node);
Status infer_node(Graph& graph, Node& node);
// Makes the outputs constant where all inputs are and the row can; the node itself stays.
Status fold_node(Graph& graph, const Node& node);
Result<ExportNode> export_node(const Graph& graph, const Node& node);

// For errors: "node 'conv1' (Conv)"; one without a name goes by its first output.
std::string place_of(const Node& node);
std::string place_of(const Graph& graph, const Node& node);

// For tables and patterns: the node's name, or that of its first output.
std::string layer_name(const Graph& graph, const Node& node);

}  // namespace dlis
