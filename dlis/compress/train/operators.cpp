// The list of operators that training knows.
#include "dlis/compress/train/operator.h"

namespace dlis::train {

#define DLIS_ROW(name) extern const Operator name##_row;
#include "dlis/compress/train/operators.inc"
#undef DLIS_ROW

std::span<const Operator* const> operators() {
#define DLIS_ROW(name) &name##_row,
  static constexpr const Operator* kRows[] = {
#include "dlis/compress/train/operators.inc"
  };
#undef DLIS_ROW
  return kRows;
}

const Operator* find_operator(std::string_view name) {
  for (const Operator* row : operators())
    if (row->name == name) return row;
  return nullptr;
}

std::vector<std::int64_t> Call::output_shape() const {
  const Shape& x = *graph.value(node.inputs[0]).shape;
  const Shape& y = *graph.value(node.outputs[0]).shape;
  std::vector<std::int64_t> shape(y.begin(), y.end());
  if (!shape.empty() && x.rank() > 0 && shape[0] == x[0]) shape[0] = -1;
  return shape;
}

}  // namespace dlis::train
