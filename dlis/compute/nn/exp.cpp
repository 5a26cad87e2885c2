// Exp: e^x.
#include "dlis/compute/nn/elementwise.h"
#include "dlis/compute/nn/operators.h"

namespace dlis::nn {

constinit const OpRow exp_row = unary_row<&ElementwiseKernels::exp>("Exp", "e^x");

}  // namespace dlis::nn
