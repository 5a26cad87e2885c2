// Add: x + y, with broadcasting.
#include "dlis/compute/nn/elementwise.h"
#include "dlis/compute/nn/operators.h"

namespace dlis::nn {

constinit const OpRow add_row = binary_row<&ElementwiseKernels::add, Whole::add>("Add", "x + y");

}  // namespace dlis::nn
