// HardSwish: y = x * max(0, min(1, x / 6 + 0.5)).
#include "dlis/model/ops/rules.h"

namespace dlis::model {

extern constinit const Operator hard_swish_row{.name = "HardSwish"};

extern constinit const OnnxForm hard_swish_onnx{};

}  // namespace dlis::model
