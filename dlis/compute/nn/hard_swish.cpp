// HardSwish: x * clip(x / 6 + 0.5, 0, 1).
#include "dlis/compute/nn/elementwise.h"
#include "dlis/compute/nn/operators.h"

namespace dlis::nn {

constinit const OpRow hard_swish_row =
    unary_row<&ElementwiseKernels::hard_swish>("HardSwish", "x * clip(x / 6 + 0.5, 0, 1)");

}  // namespace dlis::nn
