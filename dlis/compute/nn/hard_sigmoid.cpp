// HardSigmoid: clip(alpha * x + beta, 0, 1).
#include "dlis/compute/nn/elementwise.h"
#include "dlis/compute/nn/operators.h"

namespace dlis::nn {
namespace {

ElementwiseSettings settings(const OpProblem& p) {
  return {p.attributes.real("alpha", 0.2f), p.attributes.real("beta", 0.5f)};
}

}  // namespace

constinit const OpRow hard_sigmoid_row = unary_row<&ElementwiseKernels::hard_sigmoid, settings>(
    "HardSigmoid", "clip(alpha * x + beta, 0, 1)");

}  // namespace dlis::nn
