// Where Resize reads: for every output index of an axis, the input coordinate.
#pragma once
#include "dlis/compute/nn/blob.h"

namespace dlis::nn {

// The input coordinate behind output index i of an axis, not clamped. In f32 (as other engines have
// it, so that ties round alike) for nearest, in double for linear.
template <class Real>
Real resize_coordinate(const std::string& mode, std::int64_t i, std::int64_t in, std::int64_t out,
                       float scale) {
  const auto x = Real(i), s = Real(scale);
  if (mode == "asymmetric") return x / s;
  if (mode == "align_corners") return out == 1 ? Real(0) : x * Real(in - 1) / Real(out - 1);
  if (mode == "pytorch_half_pixel" && out == 1) return 0;
  const Real half_pixel = (x + Real(0.5)) / s - Real(0.5);
  if (mode != "half_pixel_symmetric") return half_pixel;
  const Real adjustment = Real(out) / (s * Real(in));
  return Real(in) / 2 * (1 - adjustment) + half_pixel;
}

// The nearest input index by `nearest_mode`, clamped.
std::int64_t nearest_index(const std::string& mode, float coordinate, std::int64_t in);
// Output over input of every axis.
std::vector<float> resize_scales(const OpProblem& problem);

// Linear interpolation (resize_linear.cpp).
Verdict accepts_linear(const OpProblem& problem);
Blob build_linear(const OpProblem& problem);
std::int64_t linear_tiles(const OpProblem& problem);
void run_linear(const OpProblem& problem, const Call& call, Range range);

}  // namespace dlis::nn
