// Floor: the largest integer that is not above x; exporters compute sizes with it.
#include <cmath>

#include "dlis/model/ops/elementwise.h"

namespace dlis::model {
namespace {
float value_of(float x) { return std::floor(x); }
}  // namespace

extern constinit const Operator floor_row{.name = "Floor", .fold = fold_unary<value_of>};

extern constinit const OnnxForm floor_onnx{};

}  // namespace dlis::model
