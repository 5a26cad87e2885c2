// Gelu: y = x * P(X < x) for a standard normal X (Hendrycks and Gimpel, 2016). Import writes it as
// opset 17 has it: x * (1 + erf(x / sqrt(2))) / 2, or with approximate = tanh
// x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))) / 2; inside a plan the former is one node
// again.
#include "dlis/model/ops/rules.h"

namespace dlis::model {
namespace {

Result<ValueId> inner_of(const ImportNode& in, ValueId x, bool by_tanh) {
  if (!by_tanh)
    return in.put_before("Erf", {DLIS_TRY(in.put_before("Div", {x, in.number(1.41421356f)}))});
  const ValueId square = DLIS_TRY(in.put_before("Mul", {x, x}));
  const ValueId cube = DLIS_TRY(in.put_before("Mul", {square, x}));
  const ValueId small = DLIS_TRY(in.put_before("Mul", {cube, in.number(0.044715f)}));
  const ValueId sum = DLIS_TRY(in.put_before("Add", {x, small}));
  return in.put_before("Tanh", {DLIS_TRY(in.put_before("Mul", {sum, in.number(0.79788456f)}))});
}

Status import(ImportNode& in) {
  const std::string how = in.node.attributes.text("approximate", "none");
  if (how != "none" && how != "tanh")
    return fail(fmt::format("approximate is '{}'", how), {}, "use none or tanh");
  in.node.attributes.erase("approximate");
  if (in.node.inputs.size() != 1) return fail("takes one input");
  const ValueId x = in.node.inputs[0];
  const ValueId inner = DLIS_TRY(inner_of(in, x, how == "tanh"));
  const ValueId more = DLIS_TRY(in.put_before("Add", {inner, in.number(1)}));
  const ValueId product = DLIS_TRY(in.put_before("Mul", {x, more}));
  in.become("Mul", {product, in.number(0.5f)});
  return {};
}

}  // namespace

extern constinit const Operator gelu_row{.name = "Gelu"};

extern constinit const OnnxForm gelu_onnx{.attributes = "approximate", .import = import};

}  // namespace dlis::model
