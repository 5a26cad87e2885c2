// The oracle of convolutions whose weights live in the Winograd domain.
#pragma once
#include <vector>

#include "dlis/compute/row.h"

namespace dlis {

// The sums of row `p` of image `n`, before bias and ends, in double: [q][k]. `weights` are
// K x C x a x a values. With `magnitudes` of every term's absolute value instead: what rounding
// errors may be relative to.
std::vector<double> winograd_sums(const ConvProblem& problem, const ConstView& x,
                                  const float* weights, std::int64_t n, std::int64_t p,
                                  bool magnitudes = false);

}  // namespace dlis
