// The network: values and nodes by index, weights as shared immutable tensors.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dlis/format/attributes.h"
#include "dlis/format/tensor.h"
#include "dlis/model/packed.h"

namespace dlis {

struct Operator;  // model/op.h: what is known of "Conv", "Relu", ...

using ValueId = std::int32_t;
inline constexpr ValueId kNoValue = -1;  // an optional input that is absent

// Quantisation lives on values: real = scale * (stored - zero_point), per tensor or along `axis`.
// bf16 has one scale of 1.
struct Quant {
  DType type = DType::i8;
  std::vector<float> scale;
  std::vector<std::int32_t> zero_point;  // as many as scales
  int axis = -1;                         // -1: per tensor
  friend bool operator==(const Quant&, const Quant&) = default;
};

// A value with `quant` is a real number to every operator that reads or makes it; its maker rounds
// to what can be stored. `type` is what is stored, so it equals quant->type.
struct Value {
  std::string name;
  DType type = DType::f32;
  std::optional<Shape> shape;  // logical axes (NCHW); absent until inferred
  Tensor constant;             // has_value(): a weight or a folded constant
  std::optional<Quant> quant;
};

// `attributes` are canonical: see model/op.h.
struct Node {
  const Operator* op = nullptr;
  std::string name;
  Attributes attributes;
  std::vector<ValueId> inputs;  // kNoValue where an optional one is absent
  std::vector<ValueId> outputs;
};

// What operators take the value for, and a constant's values as such.
inline DType real_type(const Value& value) { return value.quant ? DType::f32 : value.type; }
Tensor real_tensor(const Value& value);

// A value type: copies are cheap because tensors share their bytes. Nodes are in topological order.
struct Graph {
  std::string name;
  std::vector<Value> values;
  std::vector<Node> nodes;
  std::vector<ValueId> inputs, outputs;         // `inputs` without the constants
  std::map<std::string, std::string> metadata;  // ONNX metadata_props: mean, std, ...
  std::string batch_symbol;  // name of the inputs' symbolic axis 0 ("n"); empty: the batch is fixed
  // Of a file that was packed for a plan: the graph is as `plan` had it after its passes, the
  // weights of these layers are hollow tensors, and shapes are fixed. Null for all other graphs.
  std::shared_ptr<const PackedLayers> packed;

  ValueId add_value(Value value);
  ValueId add_constant(std::string name, Tensor tensor);
  const Value& value(ValueId id) const { return values[std::size_t(id)]; }
  Value& value(ValueId id) { return values[std::size_t(id)]; }
  bool is_constant(ValueId id) const { return id != kNoValue && value(id).constant.has_value(); }
};

// Who uses what, built once for a pass.
struct Uses {
  explicit Uses(const Graph& graph);
  std::vector<int> producer;                // node index by value; -1: input or constant
  std::vector<std::vector<int>> consumers;  // node indices by value, in order, once a use
  std::vector<bool> is_output;
};

// Structure and shapes make sense: ids in range, one producer a value, topological order, every
// operator known, all shapes inferred and consistent. Names the first offending node.
Status validate(const Graph& graph);

// Fills in the shape and type of every value from those of the inputs. Errors name the node.
Status infer_shapes(Graph& graph);

// Sets a graph input's shape ("input", 8x3x32x32) and infers the rest anew.
Result<Graph> with_input_shape(Graph graph, const std::string& input, const Shape& shape);
Result<Graph> with_batch(Graph graph, std::int64_t batch);  // axis 0 of every input

// Parameters (elements of weights of trainable operators), multiply-adds for the inferred shapes.
std::int64_t parameters_of(const Graph& graph);
std::int64_t macs_of(const Graph& graph);
std::int64_t macs_of(const Graph& graph, const Node& node);

}  // namespace dlis
