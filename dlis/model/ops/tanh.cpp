// Tanh: the hyperbolic tangent.
#include <cmath>

#include "dlis/model/ops/elementwise.h"

namespace dlis::model {
namespace {
float value_of(float x) { return std::tanh(x); }
}  // namespace

extern constinit const Operator tanh_row{.name = "Tanh", .fold = fold_unary<value_of>};

extern constinit const OnnxForm tanh_onnx{};

}  // namespace dlis::model
