// ConvTranspose: the adjoint of a convolution in x, 1-D and 2-D. Constant weights are packed at
// plan time, others in a phase of their own.
#include "dlis/compute/nn/conv_transpose.h"

#include <fmt/format.h>

#include "dlis/compute/nn/operators.h"

namespace dlis::nn {
namespace {

TransposedAxis axis_of(const OpProblem& problem, const TensorDesc& in, int axis) {
  const TensorDesc& out = problem.outputs[0];
  const Shape& w = problem.inputs[1].shape;
  const auto at = [&](const char* name, std::int64_t otherwise) {
    const Ints values = problem.attributes.ints(name);
    return axis < int(values.size()) ? values[std::size_t(axis)] : otherwise;
  };
  return {in.shape[axis + 2], out.shape[axis + 2], in.strides[axis + 2], out.strides[axis + 2],
          w[axis + 2],        at("strides", 1),    at("dilations", 1),   at("pads", 0)};
}

ConvTransposeParams params_of(const OpProblem& problem) {
  const TensorDesc in = input_desc(problem, 0), w = input_desc(problem, 1);
  const TensorDesc& out = problem.outputs[0];
  const bool is_2d = in.shape.rank() == 4;
  ConvTransposeParams p;
  if (is_2d) p.height = axis_of(problem, in, 0);
  p.width = axis_of(problem, in, is_2d ? 1 : 0);
  p.images = in.shape[0];
  p.groups = problem.attributes.integer("group", 1);
  p.depth = in.shape[1] / p.groups;
  p.channels = out.shape[1] / p.groups;
  p.in_image = in.strides[0];
  p.in_channel = in.strides[1];
  p.out_image = out.strides[0];
  p.out_channel = out.strides[1];
  p.w_strides[0] = w.strides[0];
  p.w_strides[1] = w.strides[1];
  p.w_strides[2] = is_2d ? w.strides[2] : 0;
  p.w_strides[3] = w.strides[is_2d ? 3 : 2];
  p.has_bias = problem.inputs.size() > 2;
  if (p.has_bias) p.bias_stride = input_desc(problem, 2).strides[0];
  p.is_packed = is_constant(problem, 1);
  p.panel = panel_kernels_for(problem.isa).panel;
  p.weights = (sizeof(ConvTransposeParams) + 63) / 64 * 64;
  return p;
}

Verdict accepts(const OpProblem& problem) {
  if (Verdict v = both(needs_inputs(problem, 2, 3), needs_f32(problem)); !v) return v;
  const int rank = problem.inputs[0].shape.rank();
  return rank == 3 || rank == 4
             ? accept()
             : refuse(fmt::format("has one or two spatial axes, not {}", rank - 2));
}

std::size_t bytes(const OpProblem& problem, const Encoded*) {
  const ConvTransposeParams p = params_of(problem);
  return p.weights + (p.is_packed ? std::size_t(p.weight_floats()) * sizeof(float) : 0);
}

void write(const OpProblem& problem, const Encoded*, const float*, std::byte* packed) {
  const ConvTransposeParams p = params_of(problem);
  std::memcpy(packed, &p, sizeof p);
  if (!p.is_packed) return;
  const float* const weights = problem.constants[1].as<float>().data();
  for (std::int64_t i = 0; i < p.groups * p.panels(); ++i)
    pack_panel(p, i, weights, reinterpret_cast<float*>(packed + p.weights));
}

std::int64_t sums_floats(const ConvTransposeParams& p) { return kPixels * p.panel; }

// Every worker's sums, then the weights where they are packed at run time.
std::size_t scratch_bytes(const OpProblem& problem) {
  const ConvTransposeParams p = params_of(problem);
  const std::int64_t floats =
      problem.workers * sums_floats(p) + (p.is_packed ? 0 : p.weight_floats());
  return std::size_t(floats) * sizeof(float);
}

int phases(const OpProblem& problem) { return is_constant(problem, 1) ? 1 : 2; }

std::int64_t tiles(const OpProblem& problem, int phase) {
  const ConvTransposeParams p = params_of(problem);
  return phase + 1 < phases(problem) ? p.groups * p.panels() : p.tiles();
}

void run(const OpProblem& problem, const Call& call, int phase, Range range, Worker worker) {
  const ConvTransposeParams& p = *part<ConvTransposeParams>(call.packed);
  float* const scratch = reinterpret_cast<float*>(call.scratch);
  float* const packed_now = scratch + problem.workers * sums_floats(p);
  if (phase + 1 < phases(problem)) {
    const float* const weights = input(problem, call, 1).as<float>();
    for (std::int64_t i = range.begin; i < range.end; ++i) pack_panel(p, i, weights, packed_now);
    return;
  }
  const float* const weights = p.is_packed ? part<float>(call.packed, p.weights) : packed_now;
  const float* const bias = p.has_bias ? input(problem, call, 2).as<float>() : nullptr;
  const float* const in = input(problem, call, 0).as<float>();
  float* const out = call.outputs[0].as<float>();
  for (std::int64_t tile = range.begin; tile < range.end; ++tile)
    run_conv_transpose_tile(p, panel_kernels_for(problem.isa), in, weights, bias, out, tile,
                            scratch + worker.index * sums_floats(p));
}

}  // namespace

constinit const OpRow conv_transpose_row = {.name = "ConvTranspose",
                                            .summary = "the adjoint of a convolution",
                                            .tolerance = {1e-5},
                                            .accepts = accepts,
                                            .packed_bytes = bytes,
                                            .pack = write,
                                            .scratch_bytes = scratch_bytes,
                                            .phases = phases,
                                            .tiles = tiles,
                                            .run = run};

}  // namespace dlis::nn
