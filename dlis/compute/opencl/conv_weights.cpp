// Lays out weights in panels.
#include "dlis/compute/opencl/conv_weights.h"

#include <algorithm>
#include <limits>

#include "dlis/base/divide.h"
#include "dlis/hardware/opencl_f16.h"

namespace dlis {
namespace {

constexpr std::int64_t kLine = kAlignment / sizeof(float);

bool is_f16(const ConvProblem& p) { return p.format && p.format->name == std::string_view("f16"); }

}  // namespace

OpenClElement opencl_element(const ConvProblem& p) {
  return is_f16(p) && opencl_f16() ? OpenClElement::f16 : OpenClElement::f32;
}

std::string opencl_element_option(OpenClElement element) {
  return element == OpenClElement::f16 ? " -DHALF=1" : "";
}

std::string opencl_element_remark(const ConvProblem& p) {
  if (!is_f16(p)) return {};
  const Verdict right = opencl_f16();
  return right ? "" : right.reason + ", so weights are f32 there";
}

Verdict opencl_format_accepts(const ConvProblem& p) {
  const bool dense = !p.format || p.format == formats().front();
  return dense || is_f16(p) ? accept() : refuse("needs dense or f16 weights");
}

OpenClWeights::OpenClWeights(const ConvProblem& p, std::int64_t planes, std::int64_t terms,
                             OpenClElement element)
    : element_(element),
      filters_(p.k),
      panels_(divide_up(p.k, kOpenClPanel)),
      planes_(planes),
      terms_(terms) {
  weights_at_ = panels_ * kOpenClPanel + round_up(p.s * p.c, kLine);
  plane_ = panels_ * kOpenClPanel * terms;
}

OpenClElements OpenClWeights::clear(const float* bias, std::byte* packed) const {
  std::fill_n(packed, bytes(), std::byte{0});
  float* heads = reinterpret_cast<float*>(packed);
  if (bias) std::copy_n(bias, filters_, heads);
  return {heads + weights_at_, element_};
}

OpenClSizes opencl_sizes(const ConvProblem& p, const OpenClWeights& weights,
                         const DeviceCall& call) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const auto i = [](std::int64_t value) { return cl_int(value); };
  const bool relu = p.ends.activation == Activation::relu;
  const bool clip = p.ends.activation == Activation::clip;
  return {.n = i(p.n),
          .h = i(p.h),
          .w = i(p.w),
          .c = i(p.c),
          .k = i(p.k),
          .p = i(p.p()),
          .q = i(p.q()),
          .r = i(p.r),
          .s = i(p.s),
          .pad_top = i(p.pad_top),
          .pad_left = i(p.pad_left),
          .stride_h = i(p.stride_h),
          .stride_w = i(p.stride_w),
          .dilation_h = i(p.dilation_h),
          .dilation_w = i(p.dilation_w),
          .terms = i(weights.terms()),
          .panels = i(weights.panels()),
          .zeros_at = i(weights.zeros_at()),
          .weights_at = i(weights.weights_at()),
          .plane = i(weights.plane()),
          .x = device_strides(call.inputs[0]),
          .residual = device_strides(opencl_residual(p, call)),
          .y = device_strides(call.outputs[0]),
          .bias = 1,
          .add = p.ends.add,
          .activation = cl_int(p.ends.activation),
          .low = relu   ? 0
                 : clip ? p.ends.a
                        : -kInfinity,
          .high = clip ? p.ends.b : kInfinity,
          .a = p.ends.a,
          .b = p.ends.b};
}

std::int64_t opencl_rows(std::int64_t rows) {
  constexpr std::int64_t kMost = 12;
  return rows == 1 ? 1 : round_up(divide_up(rows, divide_up(rows, kMost)), 2);
}

bool opencl_aligned(const ConvProblem& p, const DeviceCall& call) {
  const DeviceView& x = call.inputs[0];
  const auto whole = [](std::int64_t floats) { return floats % 4 == 0; };
  return whole(p.c) && whole(x.strides[0]) && whole(x.strides[2]) && whole(x.strides[3]) &&
         x.offset % (4 * sizeof(float)) == 0;
}

Verdict opencl_conv_accepts(const ConvProblem& p, const OpenClWeights& weights) {
  if (!p.all_f32()) return refuse("needs f32 activations");
  if (const Verdict format = opencl_format_accepts(p); !format) return format;
  if (p.groups != 1) return refuse("needs a single group");
  const std::int64_t largest =
      std::max({p.n * p.h * p.w * p.c, p.n * p.p() * p.q() * p.k, weights.largest()});
  if (largest > std::numeric_limits<cl_int>::max() / 2)
    return refuse("needs values of less than 2^30 elements");
  return accept();
}

}  // namespace dlis
