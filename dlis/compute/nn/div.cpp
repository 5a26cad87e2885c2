// Div: x / y, with broadcasting.
#include "dlis/compute/nn/elementwise.h"
#include "dlis/compute/nn/operators.h"

namespace dlis::nn {

constinit const OpRow div_row = binary_row<&ElementwiseKernels::div, Whole::div>("Div", "x / y");

}  // namespace dlis::nn
