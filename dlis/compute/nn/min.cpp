// Min: the smallest of any number of inputs, with broadcasting.
#include "dlis/compute/nn/elementwise.h"
#include "dlis/compute/nn/operators.h"

namespace dlis::nn {

constinit const OpRow min_row = variadic_row<&ElementwiseKernels::min, Whole::min>(
    "Min", "the smallest of any number of inputs");

}  // namespace dlis::nn
