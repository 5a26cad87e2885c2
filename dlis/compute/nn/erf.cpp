// Erf: error function.
#include "dlis/compute/nn/elementwise.h"
#include "dlis/compute/nn/operators.h"

namespace dlis::nn {

constinit const OpRow erf_row = unary_row<&ElementwiseKernels::erf>("Erf", "error function");

}  // namespace dlis::nn
