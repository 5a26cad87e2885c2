// How `opencl_gemm` and `opencl_winograd` lay out weights, and the sizes that their kernels take.
#pragma once
#include <CL/cl.h>

#include "dlis/compute/opencl/ends.h"

namespace dlis {

inline constexpr std::int64_t kOpenClPanel = 32;  // filters side by side

// What a kernel reads weights as.
enum class OpenClElement : std::uint8_t { f32, f16 };

// f16 for weights in that format, where the device reads it right (opencl_f16.h).
OpenClElement opencl_element(const ConvProblem& problem);
// For a kernel's options, and for `dlis plan --explain` (Row::remark).
std::string opencl_element_option(OpenClElement element);
std::string opencl_element_remark(const ConvProblem& problem);
// Dense weights or f16.
Verdict opencl_format_accepts(const ConvProblem& problem);

// Writes weights one by one, as f32 or f16.
class OpenClElements {
 public:
  OpenClElements(void* at, OpenClElement element) : at_(at), element_(element) {}
  void put(std::int64_t i, float value) const {
    if (element_ == OpenClElement::f16)
      static_cast<std::uint16_t*>(at_)[i] = to_f16(value);
    else
      static_cast<float*>(at_)[i] = value;
  }

 private:
  void* at_;
  OpenClElement element_;
};
constexpr std::size_t size_of(OpenClElement element) {
  return element == OpenClElement::f16 ? 2 : 4;
}

// Packed: in floats a bias for every filter of every panel and zeros of a row of the filter (what
// lies outside the map), then, in elements, for each plane the panels: for each term the weights of
// its filters. A product of matrices has one plane with the terms r, s, c; a Winograd convolution
// has a plane for each frequency, with the channels as terms. Filters that the last panel lacks are
// 0.
class OpenClWeights {
 public:
  OpenClWeights(const ConvProblem& problem, std::int64_t planes, std::int64_t terms,
                OpenClElement element = OpenClElement::f32);

  std::int64_t panels() const { return panels_; }
  std::int64_t terms() const { return terms_; }
  std::int64_t zeros_at() const { return panels_ * kOpenClPanel; }
  std::int64_t weights_at() const { return weights_at_; }  // floats
  std::int64_t plane() const { return plane_; }            // elements from one plane to the next
  std::int64_t largest() const { return weights_at_ + planes_ * plane_; }  // index
  OpenClElement element() const { return element_; }
  std::size_t bytes() const {
    return std::size_t(weights_at_) * sizeof(float) +
           std::size_t(planes_ * plane_) * size_of(element_);
  }
  // Zeros everywhere but in the biases of the problem's filters; `bias` is K values or null.
  OpenClElements clear(const float* bias, std::byte* packed) const;
  // Which element of plane 0 is the weight of a filter and term.
  std::int64_t place(std::int64_t filter, std::int64_t term) const {
    return (filter / kOpenClPanel * terms_ + term) * kOpenClPanel + filter % kOpenClPanel;
  }

 private:
  OpenClElement element_;
  std::int64_t filters_, panels_, planes_, terms_, weights_at_, plane_;
};

// `Sizes` of conv.cl.
struct OpenClSizes {
  cl_int n, h, w, c, k, p, q, r, s;
  cl_int pad_top, pad_left, stride_h, stride_w, dilation_h, dilation_w;
  cl_int terms, panels, zeros_at, weights_at, plane;
  DeviceStrides x, residual, y;
  cl_int bias, add, activation;
  cl_float low, high, a, b;
};
OpenClSizes opencl_sizes(const ConvProblem& problem, const OpenClWeights& weights,
                         const DeviceCall& call);

// Whether 4 neighbouring channels of any pixel of x can be loaded as one vector.
bool opencl_aligned(const ConvProblem& problem, const DeviceCall& call);

// What both rows ask of a problem, whatever the filter: f32, dense weights or f16, one group,
// indices of 32 bits.
Verdict opencl_conv_accepts(const ConvProblem& problem, const OpenClWeights& weights);

// ROWS of block.cl for so many rows: as few blocks as there can be, all of about one size (49 rows
// are 5 blocks of 10). Even or 1: each number is a kernel of its own.
std::int64_t opencl_rows(std::int64_t rows);

// Any view where there is none.
inline const DeviceView& opencl_residual(const ConvProblem& problem, const DeviceCall& call) {
  return call.inputs[problem.ends.add ? 1 : 0];
}

}  // namespace dlis
