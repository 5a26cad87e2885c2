// Products of matrices with any strides, batched: MatMul, and Gemm whose weights are not constant.
#pragma once
#include "dlis/compute/nn/blob.h"
#include "dlis/compute/nn/loops.h"
#include "dlis/compute/nn/panel_kernels.h"

namespace dlis::nn {

// out[m][n] = alpha * sum over k of a[m][k] * b[k][n] + beta * bias[m][n]; strides in elements.
struct MatmulShape {
  std::int64_t m = 1, n = 1, k = 1;
  std::int64_t a_m = 0, a_k = 0, b_k = 0, b_n = 0, out_m = 0, out_n = 0;
  std::int64_t bias_m = 0, bias_n = 0;
  float alpha = 1, beta = 0;  // beta 0: there is no bias
  Loops batch;                // operands: output, a, b
  std::int64_t tiles(std::int64_t panel) const;
};

std::size_t matmul_scratch(std::int64_t panel, int workers);  // bytes
void run_matmul(const MatmulShape& shape, const PanelKernels& kernels, const float* a,
                const float* b, const float* bias, float* out, Range range, float* scratch);

using ShapeOf = MatmulShape (*)(const OpProblem&);
template <ShapeOf shape>
Blob build_matmul(const OpProblem& problem) {
  Blob blob;
  blob.add(shape(problem));
  return blob;
}
template <ShapeOf shape>
std::int64_t matmul_tiles(const OpProblem& problem, int) {
  return shape(problem).tiles(panel_kernels_for(problem.isa).panel);
}
inline std::size_t matmul_scratch_bytes(const OpProblem& problem) {
  return matmul_scratch(panel_kernels_for(problem.isa).panel, problem.workers);
}
void matmul_run(const OpProblem& problem, const Call& call, int, Range range, Worker worker);

template <ShapeOf shape>
constexpr OpRow matmul_row_of(const char* name, const char* summary,
                              Verdict (*accepts)(const OpProblem&)) {
  return {.name = name,
          .summary = summary,
          .tolerance = {1e-5},
          .accepts = accepts,
          .packed_bytes = packed_bytes<build_matmul<shape>>,
          .pack = pack<build_matmul<shape>>,
          .scratch_bytes = matmul_scratch_bytes,
          .phases = one_phase,
          .tiles = matmul_tiles<shape>,
          .run = matmul_run};
}

}  // namespace dlis::nn
