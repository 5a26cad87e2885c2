// Split: pieces of the input along `axis`, one an output.
#include "dlis/compute/nn/copy.h"
#include "dlis/compute/nn/operators.h"

namespace dlis::nn {
namespace {

std::vector<CopyPart> parts(const OpProblem& problem) {
  const TensorDesc in = input_desc(problem, 0);
  const int axis = int(problem.attributes.integer("axis"));
  std::vector<CopyPart> all;
  std::int64_t at = 0;  // where the next output's piece begins along the axis
  for (std::size_t i = 0; i < problem.outputs.size(); ++i) {
    const TensorDesc& out = problem.outputs[i];
    CopyPart part = copy_part(problem, out.shape, out.strides, in.strides);
    part.output = int(i);
    part.in_origin = at * in.strides[axis];
    at += out.shape[axis];
    all.push_back(part);
  }
  return all;
}

Verdict accepts(const OpProblem& problem) {
  return both(needs_inputs(problem, 1, 1), needs_equal_types(problem));
}

}  // namespace

constinit const OpRow split_row =
    copy_row<parts>("Split", "pieces of the input along an axis", accepts);

}  // namespace dlis::nn
