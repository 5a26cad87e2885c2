// Exp: y = e^x.
#include <cmath>

#include "dlis/model/ops/elementwise.h"

namespace dlis::model {
namespace {
float value_of(float x) { return std::exp(x); }
}  // namespace

extern constinit const Operator exp_row{.name = "Exp", .fold = fold_unary<value_of>};

extern constinit const OnnxForm exp_onnx{};

}  // namespace dlis::model
