// Slice: a regular section of the input; steps may be negative.
#include "dlis/compute/nn/copy.h"
#include "dlis/compute/nn/operators.h"

namespace dlis::nn {
namespace {

// Where the section begins: negative starts count from the end, then both sides are clamped.
std::int64_t begin_of(std::int64_t start, std::int64_t step, std::int64_t extent) {
  if (start < 0) start += extent;
  const std::int64_t highest = step < 0 ? extent - 1 : extent;
  return std::clamp(start, std::int64_t(0), std::max(highest, std::int64_t(0)));
}

std::vector<CopyPart> parts(const OpProblem& problem) {
  const TensorDesc in = input_desc(problem, 0);
  const TensorDesc& out = problem.outputs[0];
  const Ints starts = problem.attributes.ints("starts");
  const Ints axes = problem.attributes.ints("axes");
  const Ints steps = problem.attributes.ints("steps");
  Shape strides = in.strides;
  std::int64_t origin = 0;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    int axis = i < axes.size() ? int(axes[i]) : int(i);
    if (axis < 0) axis += in.shape.rank();
    const std::int64_t step = i < steps.size() ? steps[i] : 1;
    origin += begin_of(starts[i], step, in.shape[axis]) * in.strides[axis];
    if (out.shape[axis] > 1) strides[axis] *= step;  // else it may be beyond any extent
  }
  CopyPart part = copy_part(problem, out.shape, out.strides, strides);
  part.in_origin = origin;
  return {part};
}

Verdict accepts(const OpProblem& problem) {
  return both(needs_inputs(problem, 1, 1), needs_equal_types(problem));
}

}  // namespace

constinit const OpRow slice_row =
    copy_row<parts>("Slice", "a regular section of the input", accepts);

}  // namespace dlis::nn
