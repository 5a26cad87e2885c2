// Sigmoid: y = 1 / (1 + e^-x).
#include <cmath>

#include "dlis/model/ops/elementwise.h"

namespace dlis::model {
namespace {
float value_of(float x) { return 1 / (1 + std::exp(-x)); }
}  // namespace

extern constinit const Operator sigmoid_row{.name = "Sigmoid", .fold = fold_unary<value_of>};

extern constinit const OnnxForm sigmoid_onnx{};

}  // namespace dlis::model
