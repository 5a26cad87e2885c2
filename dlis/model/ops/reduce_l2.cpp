// ReduceL2: the square root of the sum of squares over axes. Import writes it as these operators.
#include "dlis/model/ops/reduce.h"

namespace dlis::model {
namespace {

Status import(ImportNode& in) {
  DLIS_TRY(import_reduce(in, 18));
  if (in.node.inputs.size() != 1) return fail("takes one input");
  const ValueId x = in.node.inputs[0];
  const ValueId squares = DLIS_TRY(in.put_before("Mul", {x, x}));
  in.become("Sqrt", {DLIS_TRY(in.put_before("ReduceSum", {squares}, in.node.attributes))});
  return {};
}

}  // namespace

extern constinit const Operator reduce_l2_row{.name = "ReduceL2"};

extern constinit const OnnxForm reduce_l2_onnx{.attributes = DLIS_REDUCE_ATTRIBUTES,
                                               .import = import};

}  // namespace dlis::model
