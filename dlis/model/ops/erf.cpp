// Erf: the error function.
#include <cmath>

#include "dlis/model/ops/elementwise.h"

namespace dlis::model {
namespace {
float value_of(float x) { return std::erf(x); }
}  // namespace

extern constinit const Operator erf_row{.name = "Erf", .fold = fold_unary<value_of>};

extern constinit const OnnxForm erf_onnx{};

}  // namespace dlis::model
