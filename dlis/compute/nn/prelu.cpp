// PRelu: x < 0 ? slope * x : x, with broadcasting.
#include "dlis/compute/nn/elementwise.h"
#include "dlis/compute/nn/operators.h"

namespace dlis::nn {

constinit const OpRow prelu_row =
    binary_row<&ElementwiseKernels::prelu>("PRelu", "x < 0 ? slope * x : x");

}  // namespace dlis::nn
