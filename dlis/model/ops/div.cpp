// Div: y = a / b; integers truncate. Shapes broadcast as in numpy.
#include <algorithm>

#include "dlis/model/ops/elementwise.h"

namespace dlis::model {
namespace {

struct Combine {
  float operator()(float a, float b) const { return a / b; }
  std::int64_t operator()(std::int64_t a, std::int64_t b) const {
    return b == -1 ? wrap(-std::uint64_t(a)) : a / b;
  }
};

Folded fold(const Node& node, std::span<const Tensor> inputs) {
  const DType type = inputs[1].type();
  if ((type == DType::i64 || type == DType::i32) &&
      std::ranges::count(integers_of(inputs[1]), 0) > 0)
    return fail("divides an integer by zero");
  return fold_broadcast<Combine>(node, inputs);
}

}  // namespace

extern constinit const Operator div_row{
    .name = "Div", .min_inputs = 2, .max_inputs = 2, .infer = infer_broadcast, .fold = fold};

extern constinit const OnnxForm div_onnx{};

}  // namespace dlis::model
