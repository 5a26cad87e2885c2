// LeakyRelu: x < 0 ? alpha * x : x.
#include "dlis/compute/nn/elementwise.h"
#include "dlis/compute/nn/operators.h"

namespace dlis::nn {
namespace {

ElementwiseSettings settings(const OpProblem& p) { return {p.attributes.real("alpha", 0.01f), 0}; }

}  // namespace

constinit const OpRow leaky_relu_row =
    unary_row<&ElementwiseKernels::leaky_relu, settings>("LeakyRelu", "x < 0 ? alpha * x : x");

}  // namespace dlis::nn
