// Relu: y = max(x, 0); NaN stays.
#include "dlis/model/ops/elementwise.h"

namespace dlis::model {
namespace {
float value_of(float x) { return x < 0 ? 0 : x; }
}  // namespace

extern constinit const Operator relu_row{.name = "Relu", .fold = fold_unary<value_of>};

extern constinit const OnnxForm relu_onnx{};

}  // namespace dlis::model
