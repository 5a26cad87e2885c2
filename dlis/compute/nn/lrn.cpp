// LRN: every element divided by a power of the sum of squares of the channels around it.
#include "dlis/compute/nn/operators.h"
#include "dlis/compute/nn/row_kernels.h"
#include "dlis/compute/nn/rows.h"

namespace dlis::nn {
namespace {

struct Params {
  RowsParams rows;
  LrnSettings settings;
  std::int64_t squares = 0;  // floats
};

Params params_of(const OpProblem& problem) {
  std::vector<bool> along(std::size_t(problem.inputs[0].shape.rank()), false);
  along[1] = true;
  const Attributes& a = problem.attributes;
  Params params{
      rows_of(problem, along),
      {a.integer("size", 1), a.real("alpha", 1e-4f), a.real("beta", 0.75f), a.real("bias", 1)}};
  params.squares = (params.rows.length + params.settings.size + 31) / 16 * 16;
  return params;
}

Verdict accepts(const OpProblem& problem) {
  if (Verdict v = both(needs_inputs(problem, 1, 1), needs_f32(problem)); !v) return v;
  return problem.inputs[0].shape.rank() >= 2 ? accept() : refuse("needs an axis of channels");
}

Blob build(const OpProblem& problem) {
  Blob blob;
  blob.add(params_of(problem));
  return blob;
}

// A gathered row and its squares for every worker.
std::size_t scratch_bytes(const OpProblem& problem) {
  const Params params = params_of(problem);
  return std::size_t(params.rows.buffer + params.squares) * sizeof(float) *
         std::size_t(problem.workers);
}

std::int64_t tiles(const OpProblem& problem, int) { return row_tiles(params_of(problem).rows); }

void run(const OpProblem& problem, const Call& call, int, Range range, Worker worker) {
  const Params& params = *part<Params>(call.packed);
  const auto kernel = row_kernels_for(problem.isa).lrn;
  float* const gathered =
      reinterpret_cast<float*>(call.scratch) + worker.index * (params.rows.buffer + params.squares);
  float* const squares = gathered + params.rows.buffer;
  for_rows(
      {params.rows, input(problem, call, 0).as<float>(), call.outputs[0].as<float>(), gathered},
      range, [&](const float* in, float* out) {
        kernel(params.rows.length, in, out, squares, params.settings);
      });
}

}  // namespace

constinit const OpRow lrn_row = {.name = "LRN",
                                 .summary = "normalisation over neighbouring channels",
                                 .tolerance = {2e-6},
                                 .accepts = accepts,
                                 .packed_bytes = packed_bytes<build>,
                                 .pack = pack<build>,
                                 .scratch_bytes = scratch_bytes,
                                 .phases = one_phase,
                                 .tiles = tiles,
                                 .run = run};

}  // namespace dlis::nn
