// Where Resize reads: for every output index of an axis, the input coordinate.
#pragma once
#include "dlis/compute/nn/blob.h"

namespace dlis::nn {

// The input coordinate behind output index i of an axis, not clamped; computed in f32 as ONNX does.
float resize_coordinate(const std::string& mode, std::int64_t i, std::int64_t in, std::int64_t out,
                        float scale);
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
