// Neg: -x.
#include "dlis/compute/nn/elementwise.h"
#include "dlis/compute/nn/operators.h"

namespace dlis::nn {

constinit const OpRow neg_row = unary_row<&ElementwiseKernels::neg>("Neg", "-x");

}  // namespace dlis::nn
