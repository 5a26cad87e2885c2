// Stands in for a device that fails: the same convolution from the device's weights.
#include "dlis/compute/opencl/direct_kernel.h"
#include "dlis/compute/opencl/opencl_direct.h"

namespace dlis {

static double sum_at(const ConvProblem& p, const ConstView& x, const float* w, const Shape& at) {
  const std::int64_t channels = p.c / p.groups, c0 = at[1] / (p.k / p.groups) * channels;
  double sum = 0;
  for (std::int64_t r = 0; r < p.r; ++r)
    for (std::int64_t s = 0; s < p.s; ++s, w += channels * kDirectFilters) {
      const std::int64_t h = at[2] * p.stride_h - p.pad_top + r * p.dilation_h;
      const std::int64_t v = at[3] * p.stride_w - p.pad_left + s * p.dilation_w;
      if (h < 0 || h >= p.h || v < 0 || v >= p.w) continue;
      const float* pixel =
          x.as<float>() + at[0] * x.strides[0] + h * x.strides[2] + v * x.strides[3] + c0;
      for (std::int64_t c = 0; c < channels; ++c) sum += double(pixel[c]) * w[c * kDirectFilters];
    }
  return sum;
}

void direct_on_host(const ConvProblem& p, const Call& call) {
  const auto* packed = reinterpret_cast<const float*>(call.packed);
  const View& y = call.outputs[0];
  const auto element = [](const auto& v, const Shape& at) {
    return at[0] * v.strides[0] + at[1] + at[2] * v.strides[2] + at[3] * v.strides[3];
  };
  for (std::int64_t row = 0; row < p.n * p.p(); ++row)
    for (std::int64_t q = 0; q < p.q(); ++q)
      for (std::int64_t k = 0; k < p.k; ++k) {
        const Shape at{row / p.p(), k, row % p.p(), q};
        const DirectPlace place = direct_place(p, k);
        double sum = sum_at(p, call.inputs[0], packed + place.weights, at) + packed[place.bias];
        if (p.ends.add) sum += call.inputs[1].as<float>()[element(call.inputs[1], at)];
        y.as<float>()[element(y, at)] = float(activate(p.ends, sum));
      }
}

}  // namespace dlis
