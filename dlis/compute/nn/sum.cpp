// Sum: the sum of any number of inputs, with broadcasting.
#include "dlis/compute/nn/elementwise.h"
#include "dlis/compute/nn/operators.h"

namespace dlis::nn {

constinit const OpRow sum_row =
    variadic_row<&ElementwiseKernels::add>("Sum", "the sum of any number of inputs");

}  // namespace dlis::nn
