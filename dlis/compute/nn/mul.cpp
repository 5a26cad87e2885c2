// Mul: x * y, with broadcasting.
#include "dlis/compute/nn/elementwise.h"
#include "dlis/compute/nn/operators.h"

namespace dlis::nn {

constinit const OpRow mul_row = binary_row<&ElementwiseKernels::mul, Whole::mul>("Mul", "x * y");

}  // namespace dlis::nn
