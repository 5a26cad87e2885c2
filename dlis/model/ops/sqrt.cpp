// Sqrt: the square root; NaN below zero.
#include <cmath>

#include "dlis/model/ops/elementwise.h"

namespace dlis::model {
namespace {
float value_of(float x) { return std::sqrt(x); }
}  // namespace

extern constinit const Operator sqrt_row{.name = "Sqrt", .fold = fold_unary<value_of>};

extern constinit const OnnxForm sqrt_onnx{};

}  // namespace dlis::model
