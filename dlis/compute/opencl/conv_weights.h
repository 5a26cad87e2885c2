// How `opencl_gemm` and `opencl_winograd` lay out weights, and the sizes that their kernels take.
#pragma once
#include <CL/cl.h>

#include "dlis/compute/opencl/ends.h"

namespace dlis {

inline constexpr std::int64_t kOpenClPanel = 32;  // filters side by side

// Packed, in floats: a bias for every filter of every panel, zeros of a row of the filter (what
// lies outside the map), then for each plane the panels: for each term the weights of its filters.
// A product of matrices has one plane with the terms r, s, c; a Winograd convolution has a plane
// for each frequency, with the channels as terms. Filters that the last panel lacks are 0.
class OpenClWeights {
 public:
  OpenClWeights(const ConvProblem& problem, std::int64_t planes, std::int64_t terms);

  std::int64_t panels() const { return panels_; }
  std::int64_t terms() const { return terms_; }
  std::int64_t zeros_at() const { return panels_ * kOpenClPanel; }
  std::int64_t weights_at() const { return weights_at_; }
  std::int64_t plane() const { return plane_; }  // floats from one plane to the next
  std::size_t bytes() const { return std::size_t(weights_at_ + planes_ * plane_) * sizeof(float); }
  // Zeros everywhere but in the biases of the problem's filters; `bias` is K values or null.
  void clear(const float* bias, float* packed) const;
  // Where the weight of a filter and term lies in plane 0.
  std::int64_t place(std::int64_t filter, std::int64_t term) const {
    return weights_at_ + (filter / kOpenClPanel * terms_ + term) * kOpenClPanel +
           filter % kOpenClPanel;
  }

 private:
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

// What both rows ask of a problem, whatever the filter: f32, dense weights, one group, indices of
// 32 bits.
Verdict opencl_conv_accepts(const ConvProblem& problem, const OpenClWeights& weights);

// ROWS of block.cl for so many rows: as few blocks as there can be, all of about one size (49 rows
// are 5 blocks of 10). Even or 1: each number is a kernel of its own.
std::int64_t opencl_rows(std::int64_t rows);

// Any view where there is none.
inline const DeviceView& opencl_residual(const ConvProblem& problem, const DeviceCall& call) {
  return call.inputs[problem.ends.add ? 1 : 0];
}

}  // namespace dlis
