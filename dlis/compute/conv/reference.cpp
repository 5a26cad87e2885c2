// The oracle: a convolution by its definition, every sum in double precision, which holds those of
// integers exactly.
#include "dlis/compute/winograd/reference.h"

#include <algorithm>

#include "dlis/compute/numbers.h"
#include "dlis/compute/row.h"
#include "dlis/format/half.h"

namespace dlis {

// Packed: K biases (0 where there is none), K scales (1 where the weights are no integers), then
// the weights in their own order, of integers less their zero points.
static void pack(const ConvProblem& p, const Encoded* weights, const float* bias, std::byte* to) {
  float *biases = reinterpret_cast<float*>(to), *scales = biases + p.k, *values = scales + p.k;
  for (std::int64_t k = 0; k < p.k; ++k) biases[k] = bias ? bias[k] : 0, scales[k] = 1;
  if (!p.integer())
    return void(std::ranges::copy(weights->format->decode(*weights).as<float>(), values));
  Encoded stored = p.format->decode_bytes ? p.format->decode_bytes(*weights) : *weights;
  std::ranges::copy(stored.parts[1].as<float>(), scales);
  std::ranges::fill(stored.parts[1].edit<float>(), 1.0f);
  std::ranges::copy(stored.format->decode(stored).as<float>(), values);
}

template <class Read>
static double sum_at(const ConvProblem& p, const Shape& strides, const float* w, const Shape& at,
                     Read read) {
  const std::int64_t channels = p.c / p.groups, c0 = at[1] / (p.k / p.groups) * channels;
  const std::int64_t x0 = at[0] * strides[0] + c0 * strides[1];
  double sum = 0;
  for (std::int64_t r = 0; r < p.r; ++r)
    for (std::int64_t s = 0; s < p.s; ++s) {
      const std::int64_t h = at[2] * p.stride_h - p.pad_top + r * p.dilation_h;
      const std::int64_t v = at[3] * p.stride_w - p.pad_left + s * p.dilation_w;
      if (h < 0 || h >= p.h || v < 0 || v >= p.w) continue;
      for (std::int64_t c = 0; c < channels; ++c)
        sum += read(x0 + c * strides[1] + h * strides[2] + v * strides[3]) *
               double(w[((at[1] * channels + c) * p.r + r) * p.s + s]);
    }
  return sum;
}

// The sum in units of the stored numbers: bytes less their zero point.
static double sum_at(const ConvProblem& p, const ConstView& x, const float* w, const Shape& at) {
  const auto sum = [&](auto read) { return sum_at(p, x.strides, w, at, read); };
  const int zero = p.x_scale.zero;
  if (p.type == DType::u8) return sum([&](auto i) { return x.as<std::uint8_t>()[i] - zero; });
  if (p.type == DType::i8) return sum([&](auto i) { return x.as<std::int8_t>()[i] - zero; });
  if (is_half(p.type))
    return sum([&](auto i) { return from_half(p.type, x.as<std::uint16_t>()[i]); });
  return sum([&](auto i) { return double(x.as<float>()[i]); });
}

static void run(const ConvProblem& p, const Call& call, int, Range range, Worker) {
  const auto* bias = reinterpret_cast<const float*>(call.packed);
  const float *scales = bias + p.k, *weights = scales + p.k;
  const auto element = [](const auto& v, const Shape& at) {
    return at[0] * v.strides[0] + at[1] * v.strides[1] + at[2] * v.strides[2] +
           at[3] * v.strides[3];
  };
  const View& out = call.outputs[0];
  for (std::int64_t tile = range.begin; tile < range.end; ++tile) {  // one row of one image
    std::vector<double> sums;
    if (p.winograd != 0)
      sums = winograd_sums(p, call.inputs[0], weights, tile / p.p(), tile % p.p());
    for (std::int64_t q = 0; q < p.q(); ++q)
      for (std::int64_t k = 0; k < p.k; ++k) {
        const Shape at{tile / p.p(), k, tile % p.p(), q};
        const double sum = p.winograd != 0 ? sums[std::size_t(q * p.k + k)]
                                           : sum_at(p, call.inputs[0], weights, at);
        double y = sum * p.x_scale.scale * scales[k] + bias[k];
        if (p.ends.add)
          y += real_at(call.inputs[1].data, p.add_type, element(call.inputs[1], at), p.add_scale);
        put_real(out.data, p.y_type, element(out, at), p.y_scale, activate(p.ends, y));
      }
  }
}

static Verdict accepts(const ConvProblem& p) {
  const std::string_view format = p.format ? p.format->name : "dense";
  if (p.winograd != 0 && !p.all_f32()) return refuse("the Winograd domain needs f32 activations");
  if (p.type == DType::f32) return accept();
  if (p.integer() && format != "int8" && !(p.format && p.format->decode_bytes))
    return refuse("activations in bytes need int8 or ternary2 weights");
  if (is_half(p.type) && format != name_of(p.type))
    return refuse("activations in 16 bits need weights of their type");
  return p.integer() || is_half(p.type) ? accept()
                                        : refuse("needs f32, bf16, f16, u8 or i8 activations");
}

extern constinit const ConvRow reference_row{
    .name = "reference",
    .summary = "by definition, sums in double precision: the oracle, slow",
    .tolerance = {1e-7},
    .winograd = kAnyWinograd,
    .accepts = accepts,
    .packed_bytes =
        [](const ConvProblem& p, const Encoded*) {
          return std::size_t(p.k * 2 + p.weights_shape().elements()) * sizeof(float);
        },
    .pack = pack,
    .scratch_bytes = [](const ConvProblem&) { return std::size_t(0); },
    .phases = [](const ConvProblem&) { return 1; },
    .tiles = [](const ConvProblem& p, int) { return p.n * p.p(); },
    .run = run,
    .portable = true,
    .work = [](const ConvProblem& p) { return 200 * double(p.macs()); }};

}  // namespace dlis
