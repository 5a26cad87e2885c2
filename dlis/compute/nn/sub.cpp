// Sub: x - y, with broadcasting.
#include "dlis/compute/nn/elementwise.h"
#include "dlis/compute/nn/operators.h"

namespace dlis::nn {

constinit const OpRow sub_row = binary_row<&ElementwiseKernels::sub, Whole::sub>("Sub", "x - y");

}  // namespace dlis::nn
