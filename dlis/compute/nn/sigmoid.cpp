// Sigmoid: 1 / (1 + e^-x).
#include "dlis/compute/nn/elementwise.h"
#include "dlis/compute/nn/operators.h"

namespace dlis::nn {

constinit const OpRow sigmoid_row =
    unary_row<&ElementwiseKernels::sigmoid>("Sigmoid", "1 / (1 + e^-x)");

}  // namespace dlis::nn
