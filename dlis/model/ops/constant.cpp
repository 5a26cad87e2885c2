// Constant: a value that the node carries. Canonical: the value as a constant input, no attributes.
#include "dlis/model/ops/rules.h"

namespace dlis::model {
namespace {

Result<Tensor> value_of(const ImportNode& in) {
  const Attributes& attributes = in.node.attributes;
  if (auto found = in.tensors.find("value"); found != in.tensors.end()) return found->second;
  const Floats reals = attributes.floats("value_floats");
  const Ints integers = attributes.ints("value_ints");
  if (attributes.has("value_float")) return Tensor::scalar(attributes.real("value_float"));
  if (attributes.has("value_int")) {
    const std::int64_t integer = attributes.integer("value_int");
    return Tensor::ints({&integer, 1}).reshaped({});
  }
  if (attributes.has("value_floats")) return Tensor::of<float>({std::int64_t(reals.size())}, reals);
  if (attributes.has("value_ints")) return Tensor::ints(integers);
  return fail("its value is missing or of a kind that is not supported");
}

Status import(ImportNode& in) {
  const Tensor value = DLIS_TRY(value_of(in));
  if (!in.node.inputs.empty()) return fail("takes no inputs");
  in.node.inputs = {in.graph.add_constant(in.node.name, value)};
  in.node.attributes = {};
  return {};
}

Folded fold(const Node&, std::span<const Tensor> inputs) { return Folded({inputs[0]}); }

}  // namespace

extern constinit const Operator constant_row{.name = "Constant", .fold = fold};

extern constinit const OnnxForm constant_onnx{
    .attributes = "value value_float value_floats value_int value_ints", .import = import};

}  // namespace dlis::model
