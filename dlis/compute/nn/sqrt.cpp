// Sqrt: square root.
#include "dlis/compute/nn/elementwise.h"
#include "dlis/compute/nn/operators.h"

namespace dlis::nn {

constinit const OpRow sqrt_row = unary_row<&ElementwiseKernels::sqrt>("Sqrt", "square root");

}  // namespace dlis::nn
