// Expand: the input repeated along axes of extent 1.
#include "dlis/compute/nn/copy.h"
#include "dlis/compute/nn/operators.h"

namespace dlis::nn {
namespace {

std::vector<CopyPart> parts(const OpProblem& problem) {
  const TensorDesc& out = problem.outputs[0];
  const Shape strides = broadcast_strides(input_desc(problem, 0), out.shape);
  return {copy_part(problem, out.shape, out.strides, strides)};
}

Verdict accepts(const OpProblem& problem) {
  return both(needs_inputs(problem, 1, 2), needs_equal_types(problem));
}

}  // namespace

constinit const OpRow expand_row =
    copy_row<parts>("Expand", "the input repeated along axes of extent 1", accepts);

}  // namespace dlis::nn
