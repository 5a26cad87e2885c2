// Gemm: alpha * A * B + beta * C, either side transposed, for weights that are not constant.
#include "dlis/compute/nn/matmul.h"
#include "dlis/compute/nn/operators.h"

namespace dlis::nn {
namespace {

MatmulShape shape_of(const OpProblem& problem) {
  const TensorDesc a = input_desc(problem, 0), b = input_desc(problem, 1);
  const TensorDesc& out = problem.outputs[0];
  const int m = problem.attributes.integer("transA") != 0 ? 1 : 0;  // A's axis of rows
  const int n = problem.attributes.integer("transB") != 0 ? 0 : 1;  // B's axis of columns
  MatmulShape s;
  s.m = a.shape[m];
  s.k = a.shape[1 - m];
  s.n = b.shape[n];
  s.a_m = a.strides[m];
  s.a_k = a.strides[1 - m];
  s.b_n = b.strides[n];
  s.b_k = b.strides[1 - n];
  s.out_m = out.strides[0];
  s.out_n = out.strides[1];
  s.alpha = problem.attributes.real("alpha", 1);
  if (problem.inputs.size() > 2) {
    const Shape bias = broadcast_strides(input_desc(problem, 2), out.shape);
    s.beta = problem.attributes.real("beta", 1);
    s.bias_m = bias[0];
    s.bias_n = bias[1];
  }
  s.batch.operands = 3;
  return s;
}

Verdict accepts(const OpProblem& problem) {
  if (Verdict v = both(needs_inputs(problem, 2, 3), needs_f32(problem)); !v) return v;
  const bool is_2d = problem.inputs[0].shape.rank() == 2 && problem.inputs[1].shape.rank() == 2;
  return is_2d ? accept() : refuse("multiplies matrices of two axes");
}

}  // namespace

constinit const OpRow gemm_row =
    matmul_row_of<shape_of>("Gemm", "alpha * A * B + beta * C", accepts);

}  // namespace dlis::nn
