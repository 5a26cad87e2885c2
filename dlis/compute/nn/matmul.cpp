// MatMul: numpy's product of matrices, with broadcast batch axes and vectors at either side.
#include "dlis/compute/nn/matmul.h"

#include "dlis/compute/nn/operators.h"

namespace dlis::nn {
namespace {

// The batch axes of one operand: its strides at the output's batch axes, 0 where it is repeated.
Shape batch_strides(const TensorDesc& desc, int matrix_axes, const Shape& batch) {
  Shape strides = batch;
  const int own = desc.shape.rank() - matrix_axes;
  for (int axis = 0; axis < batch.rank(); ++axis) {
    const int from = axis - (batch.rank() - own);
    strides[axis] = from < 0 || desc.shape[from] == 1 ? 0 : desc.strides[from];
  }
  return strides;
}

MatmulShape shape_of(const OpProblem& problem) {
  const TensorDesc a = input_desc(problem, 0), b = input_desc(problem, 1);
  const TensorDesc& out = problem.outputs[0];
  const int ra = a.shape.rank(), rb = b.shape.rank(), ro = out.shape.rank();
  MatmulShape s;
  s.k = a.shape[ra - 1];
  s.a_k = a.strides[ra - 1];
  s.b_k = b.strides[rb == 1 ? 0 : rb - 2];
  if (rb > 1) {
    s.n = b.shape[rb - 1];
    s.b_n = b.strides[rb - 1];
    s.out_n = out.strides[ro - 1];
  }
  if (ra > 1) {
    const int axis = rb > 1 ? ro - 2 : ro - 1;
    s.m = a.shape[ra - 2];
    s.a_m = a.strides[ra - 2];
    s.out_m = out.strides[axis];
  }
  const int matrix_axes = (ra > 1) + (rb > 1);
  Shape batch, strides;
  for (int axis = 0; axis < ro - matrix_axes; ++axis) {
    batch.push_back(out.shape[axis]);
    strides.push_back(out.strides[axis]);
  }
  const Shape all[] = {strides, batch_strides(a, std::min(ra, 2), batch),
                       batch_strides(b, std::min(rb, 2), batch)};
  s.batch = make_loops(batch, all);
  return s;
}

Verdict accepts(const OpProblem& problem) {
  if (Verdict v = both(needs_inputs(problem, 2, 2), needs_f32(problem)); !v) return v;
  const bool is_scalar = problem.inputs[0].shape.rank() == 0 || problem.inputs[1].shape.rank() == 0;
  return is_scalar ? refuse("multiplies vectors and matrices, not scalars") : accept();
}

}  // namespace

constinit const OpRow matmul_row =
    matmul_row_of<shape_of>("MatMul", "the product of matrices, batched", accepts);

}  // namespace dlis::nn
