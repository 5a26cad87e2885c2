// Pow: x to the power of y, with broadcasting.
#include "dlis/compute/nn/elementwise.h"
#include "dlis/compute/nn/operators.h"

namespace dlis::nn {

constinit const OpRow pow_row = binary_row<&ElementwiseKernels::pow>("Pow", "x to the power of y");

}  // namespace dlis::nn
