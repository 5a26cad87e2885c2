// Relu: max(x, 0).
#include "dlis/compute/nn/elementwise.h"
#include "dlis/compute/nn/operators.h"

namespace dlis::nn {

constinit const OpRow relu_row = unary_row<&ElementwiseKernels::relu>("Relu", "max(x, 0)");

}  // namespace dlis::nn
