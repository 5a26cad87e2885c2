// Ceil: the smallest integer that is not below x; exporters compute sizes with it.
#include <cmath>

#include "dlis/model/ops/elementwise.h"

namespace dlis::model {
namespace {
float value_of(float x) { return std::ceil(x); }
}  // namespace

extern constinit const Operator ceil_row{.name = "Ceil", .fold = fold_unary<value_of>};

extern constinit const OnnxForm ceil_onnx{};

}  // namespace dlis::model
