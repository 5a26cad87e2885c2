// The oracle: a convolution by its definition, every sum in double precision.
#include <algorithm>

#include "dlis/compute/row.h"

namespace dlis {

// Packed: K biases (0 where there is none), then the weights as f32 in the order K, C/groups, R, S.
static void pack(const ConvProblem& p, const Encoded* weights, const float* bias, std::byte* to) {
  float* values = reinterpret_cast<float*>(to);
  for (std::int64_t k = 0; k < p.k; ++k) values[k] = bias ? bias[k] : 0;
  std::ranges::copy(weights->format->decode(*weights).as<float>(), values + p.k);
}

static double sum_at(const ConvProblem& p, const ConstView& x, const float* w, const Shape& at) {
  const std::int64_t channels = p.c / p.groups, c0 = at[1] / (p.k / p.groups) * channels;
  const float* x0 = x.as<float>() + at[0] * x.strides[0] + c0 * x.strides[1];
  double sum = 0;
  for (std::int64_t r = 0; r < p.r; ++r)
    for (std::int64_t s = 0; s < p.s; ++s) {
      const std::int64_t h = at[2] * p.stride_h - p.pad_top + r * p.dilation_h;
      const std::int64_t v = at[3] * p.stride_w - p.pad_left + s * p.dilation_w;
      if (h < 0 || h >= p.h || v < 0 || v >= p.w) continue;
      for (std::int64_t c = 0; c < channels; ++c)
        sum += double(x0[c * x.strides[1] + h * x.strides[2] + v * x.strides[3]]) *
               w[((at[1] * channels + c) * p.r + r) * p.s + s];
    }
  return sum;
}

static void run(const ConvProblem& p, const Call& call, int, Range range, Worker) {
  const auto* bias = reinterpret_cast<const float*>(call.packed);
  const auto element = [](const auto& v, const Shape& at) {
    return at[0] * v.strides[0] + at[1] * v.strides[1] + at[2] * v.strides[2] +
           at[3] * v.strides[3];
  };
  for (std::int64_t tile = range.begin; tile < range.end; ++tile)  // one row of one image
    for (std::int64_t q = 0; q < p.q(); ++q)
      for (std::int64_t k = 0; k < p.k; ++k) {
        const Shape at{tile / p.p(), k, tile % p.p(), q};
        double y = sum_at(p, call.inputs[0], bias + p.k, at) + bias[k];
        if (p.ends.add) y += call.inputs[1].as<float>()[element(call.inputs[1], at)];
        const View& out = call.outputs[0];
        out.as<float>()[element(out, at)] = float(activate(p.ends, y));
      }
}

extern constinit const ConvRow reference_row{
    .name = "reference",
    .summary = "by definition, sums in double precision: the oracle, slow",
    .tolerance = {1e-7},
    .accepts =
        [](const ConvProblem& p) {
          return p.type == DType::f32 ? accept() : refuse("needs f32 activations");
        },
    .packed_bytes =
        [](const ConvProblem& p, const Encoded*) {
          return std::size_t(p.k * (1 + p.c / p.groups * p.r * p.s)) * sizeof(float);
        },
    .pack = pack,
    .scratch_bytes = [](const ConvProblem&) { return std::size_t(0); },
    .phases = [](const ConvProblem&) { return 1; },
    .tiles = [](const ConvProblem& p, int) { return p.n * p.p(); },
    .run = run,
};

}  // namespace dlis
