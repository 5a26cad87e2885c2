// Reciprocal: 1 / x.
#include "dlis/compute/nn/elementwise.h"
#include "dlis/compute/nn/operators.h"

namespace dlis::nn {

constinit const OpRow reciprocal_row =
    unary_row<&ElementwiseKernels::reciprocal>("Reciprocal", "1 / x");

}  // namespace dlis::nn
