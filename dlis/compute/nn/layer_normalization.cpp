// LayerNormalization: every row brought to mean 0 and variance 1, then scaled and shifted.
#include "dlis/compute/nn/operators.h"
#include "dlis/compute/nn/row_kernels.h"
#include "dlis/compute/nn/rows.h"

namespace dlis::nn {
namespace {

enum Input : std::size_t { kX, kScale, kBias };
enum Operand { kOfScale = 2, kOfBias };  // of the loops over a row

bool has_bias(const OpProblem& problem) { return problem.inputs.size() > kBias; }

// The strides of a weight by x's axes; 0 where it has none.
Shape strides_by_axis(const OpProblem& problem, std::size_t input, int first) {
  Shape strides = problem.inputs[kX].shape;
  for (int axis = 0; axis < strides.rank(); ++axis)
    strides[axis] = axis < first ? 0 : input_desc(problem, input).strides[axis - first];
  return strides;
}

RowsParams params_of(const OpProblem& problem) {
  const int rank = problem.inputs[kX].shape.rank();
  const auto first = int(problem.attributes.integer("axis"));
  std::vector<bool> along(std::size_t(rank), false);
  for (int axis = first; axis < rank; ++axis) along[std::size_t(axis)] = true;
  std::vector<Shape> weights;
  for (std::size_t i = kScale; i < problem.inputs.size(); ++i)
    weights.push_back(strides_by_axis(problem, i, first));
  return rows_of(problem, along, weights);
}

Verdict accepts(const OpProblem& problem) {
  return both(needs_inputs(problem, 2, 3), needs_f32(problem));
}

Blob build(const OpProblem& problem) {
  Blob blob;
  blob.add(params_of(problem));
  return blob;
}

// Scale and bias in the order of a row, then a gathered row for every worker.
std::size_t scratch_bytes(const OpProblem& problem) {
  return std::size_t(params_of(problem).buffer) * sizeof(float) * std::size_t(2 + problem.workers);
}

int phases(const OpProblem&) { return 2; }
std::int64_t tiles(const OpProblem& problem, int phase) {
  return phase == 0 ? 1 : row_tiles(params_of(problem));
}

void order_weights(const OpProblem& problem, const Call& call, const RowsParams& params,
                   float* scale, float* bias) {
  std::fill_n(scale, 2 * params.buffer, 0.0f);
  read_row(params.row, kOfScale, input(problem, call, kScale).as<float>(), scale);
  if (has_bias(problem))
    read_row(params.row, kOfBias, input(problem, call, kBias).as<float>(), bias);
}

void run(const OpProblem& problem, const Call& call, int phase, Range range, Worker worker) {
  const RowsParams& params = *part<RowsParams>(call.packed);
  float* const scale = reinterpret_cast<float*>(call.scratch);
  float* const bias = scale + params.buffer;
  if (phase == 0) return order_weights(problem, call, params, scale, bias);
  float* const gathered = bias + params.buffer + worker.index * params.buffer;
  const LayerNormalisation with{scale, bias, problem.attributes.real("epsilon", 1e-5f)};
  const auto kernel = row_kernels_for(problem.isa).layer_normalization;
  for_rows({params, input(problem, call, kX).as<float>(), call.outputs[0].as<float>(), gathered},
           range, [&](const float* in, float* out) { kernel(params.length, in, out, with); });
}

}  // namespace

constinit const OpRow layer_normalization_row = {
    .name = "LayerNormalization",
    .summary = "mean 0 and variance 1 over the last axes",
    .tolerance = {4e-6},
    .accepts = accepts,
    .packed_bytes = packed_bytes<build>,
    .pack = pack<build>,
    .scratch_bytes = scratch_bytes,
    .phases = phases,
    .tiles = tiles,
    .run = run};

}  // namespace dlis::nn
