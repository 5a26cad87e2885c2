#include "dlis/compute/nn/softmax.h"

#include "dlis/compute/nn/operators.h"

namespace dlis::nn {
namespace {

RowsParams params_of(const OpProblem& problem) {
  const int rank = problem.inputs[0].shape.rank();
  int axis = int(problem.attributes.integer("axis", -1));
  if (axis < 0) axis += rank;
  std::vector<bool> along(std::size_t(rank), false);
  const bool to_the_end = problem.attributes.integer("coerce") != 0;
  for (int i = axis; i < (to_the_end ? rank : axis + 1); ++i) along[std::size_t(i)] = true;
  return rows_of(problem, along);
}

}  // namespace

Verdict softmax_accepts(const OpProblem& problem) {
  return both(needs_inputs(problem, 1, 1), needs_f32(problem));
}

Blob build_softmax(const OpProblem& problem) {
  Blob blob;
  blob.add(params_of(problem));
  return blob;
}

std::size_t softmax_scratch(const OpProblem& problem) {
  return std::size_t(params_of(problem).buffer) * sizeof(float) * std::size_t(problem.workers);
}

std::int64_t softmax_tiles(const OpProblem& problem, int) { return row_tiles(params_of(problem)); }

void run_softmax(const OpProblem& problem, const Call& call, Range range, Worker worker,
                 SoftmaxKernel kernel) {
  const RowsParams& params = *part<RowsParams>(call.packed);
  float* const gathered = reinterpret_cast<float*>(call.scratch) + worker.index * params.buffer;
  for_rows({params, input(problem, call, 0).as<float>(), call.outputs[0].as<float>(), gathered},
           range, [&](const float* in, float* out) { kernel(params.length, in, out); });
}

constinit const OpRow softmax_row =
    softmax_row_of<&RowKernels::softmax>("Softmax", "e^x over the sum of e^x along an axis");
constinit const OpRow log_softmax_row =
    softmax_row_of<&RowKernels::log_softmax>("LogSoftmax", "the logarithm of Softmax");

}  // namespace dlis::nn
