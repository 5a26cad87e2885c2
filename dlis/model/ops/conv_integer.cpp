// ConvInteger: the sums of a Conv on bytes less their zero points, as i32. Inputs x and w, zero
// points of x (one) and w (one, or one an output channel). It becomes DequantizeLinear with scales
// of 1, Conv and Cast.
#include "dlis/model/ops/quantised.h"
#include "dlis/model/ops/window.h"

namespace dlis::model {
namespace {

Status import(ImportNode& in) {
  if (in.node.inputs.size() > 4) return fail("takes at most 4 inputs");
  const ValueId x = DLIS_TRY(dequantised(in, 0, -1, 2, 1));
  const ValueId w = DLIS_TRY(dequantised(in, 1, -1, 3, 0));
  set_default(in.node.attributes, "group", std::int64_t(1));
  become_cast(in, DLIS_TRY(put_in_front(in, "Conv", "_real", {x, w}, in.node.attributes)),
              kOnnxI32);
  return {};
}

}  // namespace

extern constinit const Operator conv_integer_row{
    .name = "ConvInteger", .min_inputs = 2, .max_inputs = 2, .weights = 0b10};

extern constinit const OnnxForm conv_integer_onnx{.attributes = DLIS_WINDOW_ATTRIBUTES " group",
                                                  .import = import};

}  // namespace dlis::model
