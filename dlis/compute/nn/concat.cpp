// Concat: inputs side by side along `axis`.
#include "dlis/compute/nn/copy.h"
#include "dlis/compute/nn/operators.h"

namespace dlis::nn {
namespace {

std::vector<CopyPart> parts(const OpProblem& problem) {
  const TensorDesc& out = problem.outputs[0];
  const int axis = int(problem.attributes.integer("axis"));
  std::vector<CopyPart> all;
  std::int64_t at = 0;  // where the next input begins along the axis
  for (std::size_t i = 0; i < problem.inputs.size(); ++i) {
    const TensorDesc in = input_desc(problem, i);
    CopyPart part = copy_part(problem, in.shape, out.strides, in.strides);
    part.input = int(i);
    part.out_origin = at * out.strides[axis];
    at += in.shape[axis];
    all.push_back(part);
  }
  return all;
}

Verdict accepts(const OpProblem& problem) {
  return both(needs_inputs(problem, 1, SIZE_MAX), needs_equal_types(problem));
}

}  // namespace

constinit const OpRow concat_row =
    copy_row<parts>("Concat", "inputs side by side along an axis", accepts);

}  // namespace dlis::nn
