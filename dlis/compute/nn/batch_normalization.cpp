#include "dlis/compute/nn/batch_normalization.h"

#include <cmath>

#include "dlis/compute/nn/elementwise.h"
#include "dlis/compute/nn/operators.h"

namespace dlis::nn {
namespace {

enum Input : std::size_t { kX, kScale, kBias, kMean, kVariance };

struct Params {
  Loops loops;  // operands: output, x, a and b (with the strides of a)
  Tiling tiling;
  std::size_t coefficients = 0;  // where a and b lie in the packed bytes; 0: computed at run time
};

std::int64_t channels_of(const OpProblem& problem) { return problem.inputs[kX].shape[1]; }

bool is_fixed(const OpProblem& problem) {
  for (std::size_t i = kScale; i <= kVariance; ++i)
    if (!is_constant(problem, i)) return false;
  return true;
}

}  // namespace

void normalization_coefficients(const OpProblem& problem, std::span<const ConstView> inputs,
                                float* out) {
  const std::int64_t channels = channels_of(problem);
  const double epsilon = problem.attributes.real("epsilon", 1e-5f);
  const auto at = [&](Input i, std::int64_t c) {
    const ConstView& view = inputs[i];
    return double(view.as<float>()[c * view.strides[0]]);
  };
  for (std::int64_t c = 0; c < channels; ++c) {
    const double a = at(kScale, c) / std::sqrt(at(kVariance, c) + epsilon);
    out[c] = float(a);
    out[channels + c] = float(at(kBias, c) - at(kMean, c) * a);
  }
}

Loops normalization_loops(const OpProblem& problem) {
  const TensorDesc in = input_desc(problem, kX);
  Shape per_channel = in.strides;
  for (int axis = 0; axis < per_channel.rank(); ++axis) per_channel[axis] = axis == 1 ? 1 : 0;
  const Shape strides[] = {problem.outputs[0].strides, in.strides, per_channel};
  return make_loops(in.shape, strides);
}

namespace {

Params params_of(const OpProblem& problem) {
  Params params;
  params.loops = normalization_loops(problem);
  params.tiling = make_tiling(params.loops, problem.workers, 16384);
  return params;
}

Blob build(const OpProblem& problem) {
  Params params = params_of(problem);
  Blob blob;
  if (!is_fixed(problem)) {
    blob.add(params);
    return blob;
  }
  std::vector<ConstView> inputs(kVariance + 1);
  for (std::size_t i = kScale; i <= kVariance; ++i) inputs[i] = problem.constants[i].view();
  std::vector<float> values(std::size_t(2 * channels_of(problem)));
  normalization_coefficients(problem, inputs, values.data());
  params.coefficients = (sizeof(Params) + 63) / 64 * 64;
  blob.add(params);
  blob.add(std::span<const float>(values));
  return blob;
}

Verdict accepts(const OpProblem& problem) {
  if (Verdict v = both(needs_inputs(problem, 5, 5), needs_f32(problem)); !v) return v;
  if (problem.inputs[kX].shape.rank() < 2) return refuse("needs an axis of channels");
  if (problem.attributes.integer("training_mode") != 0) return refuse("computes inference only");
  return accept();
}

std::size_t scratch_bytes(const OpProblem& problem) {
  return is_fixed(problem) ? 0 : std::size_t(2 * channels_of(problem) + 32) * sizeof(float);
}
int phases(const OpProblem& problem) { return is_fixed(problem) ? 1 : 2; }
std::int64_t tiles(const OpProblem& problem, int phase) {
  return phase + 1 < phases(problem) ? 1 : params_of(problem).tiling.count();
}

void run(const OpProblem& problem, const Call& call, int phase, Range range, Worker) {
  const Params& params = *part<Params>(call.packed);
  const Loops& loops = params.loops;
  const std::int64_t channels = channels_of(problem);
  if (phase + 1 < phases(problem)) {
    std::vector<ConstView> inputs(kVariance + 1);
    for (std::size_t i = kScale; i <= kVariance; ++i) inputs[i] = input(problem, call, i);
    return normalization_coefficients(problem, inputs, reinterpret_cast<float*>(call.scratch));
  }
  const float* const a = params.coefficients != 0 ? part<float>(call.packed, params.coefficients)
                                                  : reinterpret_cast<const float*>(call.scratch);
  const float* const x = input(problem, call, kX).as<float>();
  float* const out = call.outputs[0].as<float>();
  const auto kernel = elementwise_kernels_for(problem.isa).multiply_add;
  for (std::int64_t tile = range.begin; tile < range.end; ++tile)
    for_tile(loops, params.tiling, tile,
             [&](std::int64_t rows, std::int64_t cols, const std::int64_t* at) {
               const std::int64_t row = loops.row_stride(2), col = loops.col_stride(2);
               const BlockOperand inputs[] = {{x + at[1], loops.row_stride(1), loops.col_stride(1)},
                                              {a + at[2], row, col},
                                              {a + channels + at[2], row, col}};
               run_block(kernel, 3, rows, cols, out + at[0], loops.row_stride(0),
                         loops.col_stride(0), inputs, {});
             });
}

}  // namespace

constinit const OpRow batch_normalization_row = {.name = "BatchNormalization",
                                                 .summary = "x * a[c] + b[c]",
                                                 .tolerance = {2e-6},
                                                 .accepts = accepts,
                                                 .packed_bytes = packed_bytes<build>,
                                                 .pack = pack<build>,
                                                 .scratch_bytes = scratch_bytes,
                                                 .phases = phases,
                                                 .tiles = tiles,
                                                 .run = run};

}  // namespace dlis::nn
