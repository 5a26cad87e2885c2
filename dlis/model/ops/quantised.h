// What the operators that stand between reals and integers share: the scales of a node, and the way
// of the QLinear and Integer operators in, as DequantizeLinear, the operator on reals, and a
// rounding.
#pragma once
#include "dlis/model/ops/rules.h"

namespace dlis::model {

// ONNX's numbers of the types, as attribute `to` has them.
inline constexpr std::int64_t kOnnxF32 = 1, kOnnxU8 = 2, kOnnxI8 = 3, kOnnxI32 = 6, kOnnxF16 = 10,
                              kOnnxBf16 = 16;

// The constant inputs `scale` and `zero` (absent: zeros) for values of `type`; several scales run
// along `axis`. Errors: not constant, not positive and finite, zero points of another type or
// number.
Result<Quant> read_quant(const ImportNode& in, int scale, int zero, DType type, std::int64_t axis);

// The canonical attributes: scale, zero_point, and axis where there are several.
void set_quant(Attributes& attributes, const Quant& quant);
Quant quant_of(const Attributes& attributes, DType type);

// Scales fit the axis, which is counted from 0 afterwards.
Status check_quant(InferContext& context);
// scale and zero_point become inputs; the zero point has the type `type`.
void give_quant(ExportNode& out, DType type);

// A node in front of this one; gives its output.
Result<ValueId> put_in_front(ImportNode& in, const char* op, const char* suffix,
                             std::vector<ValueId> inputs, Attributes attributes);
// Input `x` as a real number: a DequantizeLinear with the scales of inputs `scale` and `zero`; -1:
// scale 1.
Result<ValueId> dequantised(ImportNode& in, int x, int scale, int zero, std::int64_t axis);
// This node becomes one that rounds `real` as inputs `scale` and `zero` say, or to i32.
Status become_quantize(ImportNode& in, ValueId real, int scale, int zero);
void become_cast(ImportNode& in, ValueId real, std::int64_t to);

}  // namespace dlis::model
