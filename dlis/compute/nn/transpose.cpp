// Transpose: axes in the order `perm`.
#include "dlis/compute/nn/copy.h"
#include "dlis/compute/nn/operators.h"

namespace dlis::nn {
namespace {

std::vector<CopyPart> parts(const OpProblem& problem) {
  const TensorDesc in = input_desc(problem, 0);
  const TensorDesc& out = problem.outputs[0];
  const Ints perm = problem.attributes.ints("perm");
  Shape strides = in.strides;
  for (int axis = 0; axis < out.shape.rank(); ++axis) {
    const int from = perm.empty() ? out.shape.rank() - 1 - axis : int(perm[std::size_t(axis)]);
    strides[axis] = in.strides[from];
  }
  return {copy_part(problem, out.shape, out.strides, strides)};
}

Verdict accepts(const OpProblem& problem) {
  return both(needs_inputs(problem, 1, 1), needs_equal_types(problem));
}

}  // namespace

constinit const OpRow transpose_row =
    copy_row<parts>("Transpose", "axes in another order", accepts);

}  // namespace dlis::nn
