// Gelu: x * (1 + erf(x / sqrt(2))) / 2.
#include "dlis/compute/nn/elementwise.h"
#include "dlis/compute/nn/operators.h"

namespace dlis::nn {

constinit const OpRow gelu_row =
    unary_row<&ElementwiseKernels::gelu>("Gelu", "x * (1 + erf(x / sqrt(2))) / 2");

}  // namespace dlis::nn
