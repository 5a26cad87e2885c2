// Clip: min(max(x, min), max).
#include <limits>

#include "dlis/compute/nn/elementwise.h"
#include "dlis/compute/nn/operators.h"

namespace dlis::nn {
namespace {

ElementwiseSettings settings(const OpProblem& p) {
  return {p.attributes.real("min", -std::numeric_limits<float>::infinity()),
          p.attributes.real("max", std::numeric_limits<float>::infinity())};
}

}  // namespace

constinit const OpRow clip_row =
    unary_row<&ElementwiseKernels::clip, settings, Whole::clip>("Clip", "min(max(x, min), max)");

}  // namespace dlis::nn
