// Neg: y = -x.
#include "dlis/model/ops/elementwise.h"

namespace dlis::model {
namespace {

float negative(float x) { return -x; }

Folded fold(const Node& node, std::span<const Tensor> inputs) {
  if (inputs[0].type() != DType::i64) return fold_unary<negative>(node, inputs);
  Tensor out = inputs[0];
  for (std::int64_t& x : out.edit<std::int64_t>()) x = wrap(-std::uint64_t(x));
  return Folded({out});
}

}  // namespace

extern constinit const Operator neg_row{.name = "Neg", .fold = fold};

extern constinit const OnnxForm neg_onnx{};

}  // namespace dlis::model
