// Tanh: hyperbolic tangent.
#include "dlis/compute/nn/elementwise.h"
#include "dlis/compute/nn/operators.h"

namespace dlis::nn {

constinit const OpRow tanh_row = unary_row<&ElementwiseKernels::tanh>("Tanh", "hyperbolic tangent");

}  // namespace dlis::nn
