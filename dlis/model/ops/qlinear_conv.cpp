// QLinearConv: a Conv on integers that stand for reals. Inputs x, its scale and zero point, w, its
// scale and zero point (one, or one an output channel), scale and zero point of y, and a bias of
// i32 in units of both scales. It becomes DequantizeLinear, Conv and QuantizeLinear.
#include <fmt/format.h>

#include <cmath>

#include "dlis/model/ops/quantised.h"
#include "dlis/model/ops/window.h"

namespace dlis::model {
namespace {

// real = x_scale * w_scale[k] * stored
Result<ValueId> bias_of(ImportNode& in) {
  if (in.node.inputs.size() < 9 || in.node.inputs[8] == kNoValue) return kNoValue;
  const ValueId id = in.node.inputs[8];
  if (in.graph.value(id).type != DType::i32) return fail("its bias is not i32");
  const Quant x = DLIS_TRY(read_quant(in, 1, -1, DType::u8, 0));
  if (x.scale.size() != 1) return fail("its bias has one unit, but its input several scales");
  Quant quant = DLIS_TRY(read_quant(in, 4, -1, DType::i32, 0));
  for (float& scale : quant.scale) {
    scale *= x.scale[0];
    if (!std::isfinite(scale) || scale <= 0)
      return fail(fmt::format("the scales of its input and weights multiply to {}", scale));
  }
  Attributes attributes;
  set_quant(attributes, quant);
  return put_in_front(in, "DequantizeLinear", "_input8", {id}, std::move(attributes));
}

Status import(ImportNode& in) {
  if (in.node.inputs.size() < 8) return fail("takes at least 8 inputs");
  if (in.node.inputs.size() > 9) return fail("takes at most 9 inputs");
  std::vector<ValueId> inputs;
  inputs.push_back(DLIS_TRY(dequantised(in, 0, 1, 2, 1)));
  inputs.push_back(DLIS_TRY(dequantised(in, 3, 4, 5, 0)));
  if (const ValueId bias = DLIS_TRY(bias_of(in)); bias != kNoValue) inputs.push_back(bias);
  set_default(in.node.attributes, "group", std::int64_t(1));
  const ValueId y =
      DLIS_TRY(put_in_front(in, "Conv", "_real", std::move(inputs), in.node.attributes));
  return become_quantize(in, y, 6, 7);
}

}  // namespace

extern constinit const Operator qlinear_conv_row{.name = "QLinearConv"};

extern constinit const OnnxForm qlinear_conv_onnx{.attributes = DLIS_WINDOW_ATTRIBUTES " group",
                                                  .import = import};

}  // namespace dlis::model
