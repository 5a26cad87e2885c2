// MatMulInteger: the sums of a MatMul on bytes less their zero points, as i32. Inputs a and b, zero
// points of a (one, or one a row) and b (one, or one a column). It becomes DequantizeLinear with
// scales of 1, MatMul and Cast.
#include "dlis/model/ops/quantised.h"

namespace dlis::model {
namespace {

Status import(ImportNode& in) {
  if (in.node.inputs.size() > 4) return fail("takes at most 4 inputs");
  const ValueId a = DLIS_TRY(dequantised(in, 0, -1, 2, -2));
  const ValueId b = DLIS_TRY(dequantised(in, 1, -1, 3, -1));
  become_cast(in, DLIS_TRY(put_in_front(in, "MatMul", "_real", {a, b}, {})), kOnnxI32);
  return {};
}

}  // namespace

extern constinit const Operator matmul_integer_row{
    .name = "MatMulInteger", .min_inputs = 2, .max_inputs = 2, .weights = 0b10};

extern constinit const OnnxForm matmul_integer_onnx{.import = import};

}  // namespace dlis::model
