// How `opencl_direct` lays out weights.
#pragma once
#include "dlis/compute/opencl/conv_weights.h"

namespace dlis {

inline constexpr int kDirectFilters = 8, kDirectPixels = 4;  // of one work item

// The filters of a group are cut into blocks of kDirectFilters, the last one filled up with zeros.
std::int64_t direct_blocks(const ConvProblem& p);  // of one group

// Where filter k's bias, in floats, and weights, in elements, begin; neighbours are kDirectFilters
// apart.
struct DirectPlace {
  std::int64_t bias, weights;
};
DirectPlace direct_place(const ConvProblem& p, std::int64_t k);

// Floats: a bias for every filter of every block; then elements: per block R x S x C/groups x
// kDirectFilters.
std::int64_t direct_largest(const ConvProblem& p);  // index
std::size_t direct_packed_bytes(const ConvProblem& p);
void direct_pack(const ConvProblem& p, const Encoded* weights, const float* bias, std::byte* to);

}  // namespace dlis
