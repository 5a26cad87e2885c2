// The truth of elementwise operators, normalisation, and the table of all truths.
#include <algorithm>
#include <cmath>
#include <limits>

#include "dlis/compute/nn/nn_truth.h"

namespace dlis::truth {
namespace {

using Scalars = std::vector<double>;

Index broadcast_shape(const Inputs& inputs) {
  Index shape;
  for (const Array& in : inputs) {
    while (shape.size() < in.shape.size()) shape.insert(shape.begin(), 1);
    for (std::size_t i = 0; i < in.shape.size(); ++i) {
      auto& extent = shape[shape.size() - 1 - i];
      const std::int64_t own = in.shape[in.shape.size() - 1 - i];
      if (own != 1) extent = own;
    }
  }
  return shape;
}

template <auto f>
Outputs pointwise(const Attributes& attributes, const Inputs& inputs) {
  Array out(broadcast_shape(inputs));
  for_index(out.shape, [&](const Index& index) {
    Scalars x;
    for (const Array& in : inputs) x.push_back(in.spread(index));
    out.at(index) = f(attributes, x);
  });
  return {out};
}

double clip(double x, double low, double high) { return std::min(std::max(x, low), high); }

// x, scale, bias, mean, variance.
Outputs batch_normalization(const Attributes& a, const Inputs& in) {
  Array out(in[0].shape);
  for_index(out.shape, [&](const Index& i) {
    const Index c = {i[1]};
    out.at(i) = (in[0].at(i) - in[3].at(c)) /
                    std::sqrt(in[4].at(c) + double(a.real("epsilon", 1e-5f))) * in[1].at(c) +
                in[2].at(c);
  });
  return {out};
}

Outputs lrn(const Attributes& a, const Inputs& in) {
  Array out(in[0].shape);
  const std::int64_t size = a.integer("size"), channels = out.shape[1];
  for_index(out.shape, [&](const Index& i) {
    double sum = 0;
    const std::int64_t first = i[1] - (size - 1) / 2, last = i[1] + size / 2;
    for (std::int64_t c = std::max<std::int64_t>(first, 0); c <= std::min(last, channels - 1);
         ++c) {
      Index at = i;
      at[1] = c;
      sum += in[0].at(at) * in[0].at(at);
    }
    out.at(i) = in[0].at(i) / std::pow(double(a.real("bias", 1)) +
                                           double(a.real("alpha", 1e-4f)) / double(size) * sum,
                                       double(a.real("beta", 0.75f)));
  });
  return {out};
}

// x, scale and, where there is one, bias, which have the axes from `axis` on.
Outputs layer_normalization(const Attributes& a, const Inputs& in) {
  const Array& x = in[0];
  const auto count = std::size_t(in[1].count());
  Array out(x.shape);
  for (std::size_t row = 0; row < x.values.size(); row += count) {
    double mean = 0, variance = 0;
    for (std::size_t i = 0; i < count; ++i) mean += x.values[row + i] / double(count);
    for (std::size_t i = 0; i < count; ++i)
      variance += std::pow(x.values[row + i] - mean, 2) / double(count);
    const double deviation = std::sqrt(variance + double(a.real("epsilon", 1e-5f)));
    for (std::size_t i = 0; i < count; ++i)
      out.values[row + i] = (x.values[row + i] - mean) / deviation * in[1].values[i] +
                            (in.size() > 2 ? in[2].values[i] : 0);
  }
  return {out};
}

// The scale and zero point of each element.
template <class F>
Outputs by_scales(const Attributes& a, const Inputs& in, F f) {
  Array out(in[0].shape);
  const Floats scales = a.floats("scale");
  for_index(out.shape, [&](const Index& i) {
    const auto at = scales.size() > 1 ? std::size_t(i[std::size_t(a.integer("axis"))]) : 0;
    out.at(i) = f(in[0].at(i), double(scales[at]), double(a.ints("zero_point")[at]));
  });
  return {out};
}

// The quotient of two f32 is an f32: ties are those of f32.
Outputs quantize_linear(const Attributes& a, const Inputs& in) {
  const double low = a.integer("to") == 3 ? -128 : 0;
  return by_scales(a, in, [&](double x, double scale, double zero) {
    return clip(std::nearbyint(float(x) / float(scale)) + zero, low, low + 255);
  });
}

Outputs dequantize_linear(const Attributes& a, const Inputs& in) {
  return by_scales(a, in, [](double x, double scale, double zero) { return (x - zero) * scale; });
}

#define DLIS_POINTWISE(name, expression)                                            \
  functions[name] = pointwise<[](const Attributes& a, const Scalars& x) -> double { \
    (void)a;                                                                        \
    return expression;                                                              \
  }>

}  // namespace

void add_elementwise(Functions& functions) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  DLIS_POINTWISE("Relu", std::max(x[0], 0.0));
  DLIS_POINTWISE("LeakyRelu", x[0] < 0 ? double(a.real("alpha", 0.01f)) * x[0] : x[0]);
  DLIS_POINTWISE("PRelu", x[0] < 0 ? x[0] * x[1] : x[0]);
  DLIS_POINTWISE("Clip", clip(x[0], a.real("min", -kInfinity), a.real("max", kInfinity)));
  DLIS_POINTWISE("Sigmoid", 1 / (1 + std::exp(-x[0])));
  DLIS_POINTWISE("Tanh", std::tanh(x[0]));
  DLIS_POINTWISE("HardSigmoid",
                 clip(double(a.real("alpha", 0.2f)) * x[0] + double(a.real("beta", 0.5f)), 0, 1));
  DLIS_POINTWISE("HardSwish", x[0] * clip(x[0] / 6 + 0.5, 0, 1));
  DLIS_POINTWISE("Exp", std::exp(x[0]));
  DLIS_POINTWISE("Sqrt", std::sqrt(x[0]));
  DLIS_POINTWISE("Erf", std::erf(x[0]));
  DLIS_POINTWISE("Gelu", x[0] * (1 + std::erf(x[0] / std::sqrt(2))) / 2);
  DLIS_POINTWISE("Neg", -x[0]);
  DLIS_POINTWISE("Reciprocal", 1 / x[0]);
  DLIS_POINTWISE("Pow", std::pow(x[0], x[1]));
  DLIS_POINTWISE("Add", x[0] + x[1]);
  DLIS_POINTWISE("Sub", x[0] - x[1]);
  DLIS_POINTWISE("Mul", x[0] * x[1]);
  DLIS_POINTWISE("Div", x[0] / x[1]);
  DLIS_POINTWISE("Sum", [&] {
    double s = 0;
    for (double y : x) s += y;
    return s;
  }());
  DLIS_POINTWISE("Max", *std::max_element(x.begin(), x.end()));
  DLIS_POINTWISE("Min", *std::min_element(x.begin(), x.end()));
  functions["BatchNormalization"] = batch_normalization;
  functions["LRN"] = lrn;
  functions["LayerNormalization"] = layer_normalization;
  functions["QuantizeLinear"] = quantize_linear;
  functions["DequantizeLinear"] = dequantize_linear;
}

const Functions& functions() {
  static const Functions all = [] {
    Functions f;
    add_elementwise(f);
    add_movement(f);
    add_windows(f);
    add_sums(f);
    return f;
  }();
  return all;
}

}  // namespace dlis::truth
