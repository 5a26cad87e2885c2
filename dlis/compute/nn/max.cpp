// Max: the largest of any number of inputs, with broadcasting.
#include "dlis/compute/nn/elementwise.h"
#include "dlis/compute/nn/operators.h"

namespace dlis::nn {

constinit const OpRow max_row = variadic_row<&ElementwiseKernels::max, Whole::max>(
    "Max", "the largest of any number of inputs");

}  // namespace dlis::nn
