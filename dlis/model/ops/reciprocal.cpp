// Reciprocal: y = 1 / x.
#include "dlis/model/ops/elementwise.h"

namespace dlis::model {
namespace {
float value_of(float x) { return 1 / x; }
}  // namespace

extern constinit const Operator reciprocal_row{.name = "Reciprocal", .fold = fold_unary<value_of>};

extern constinit const OnnxForm reciprocal_onnx{};

}  // namespace dlis::model
