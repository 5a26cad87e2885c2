// QLinearMatMul: a MatMul on integers that stand for reals. Inputs a, its scale and zero point
// (one, or one a row), b, its scale and zero point (one, or one a column), scale and zero point of
// y. It becomes DequantizeLinear, MatMul and QuantizeLinear.
#include "dlis/model/ops/quantised.h"

namespace dlis::model {
namespace {

Status import(ImportNode& in) {
  if (in.node.inputs.size() != 8) return fail("takes 8 inputs");
  const ValueId a = DLIS_TRY(dequantised(in, 0, 1, 2, -2));
  const ValueId b = DLIS_TRY(dequantised(in, 3, 4, 5, -1));
  return become_quantize(in, DLIS_TRY(put_in_front(in, "MatMul", "_real", {a, b}, {})), 6, 7);
}

}  // namespace

extern constinit const Operator qlinear_matmul_row{.name = "QLinearMatMul"};

extern constinit const OnnxForm qlinear_matmul_onnx{.import = import};

}  // namespace dlis::model
