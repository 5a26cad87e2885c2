#include "dlis/compute/conv/band.h"

#include <algorithm>

namespace dlis {

Band band_of(const ConvProblem& problem, std::int64_t begin, std::int64_t end) {
  Band band{problem};
  ConvProblem& p = band.problem;
  const std::int64_t first = begin * p.stride_h - p.pad_top;
  const std::int64_t last = (end - 1) * p.stride_h - p.pad_top + (p.r - 1) * p.dilation_h;
  band.input_row = std::clamp<std::int64_t>(first, 0, p.h);
  p.pad_top = band.input_row - first;
  p.pad_bottom = std::max<std::int64_t>(last + 1 - p.h, 0);
  p.h = std::min(last + 1, p.h) - band.input_row;
  return band;
}

bool can_cut(const ConvProblem& problem, std::int64_t row) {
  return problem.winograd == 0 && row > 0 && row < problem.p() &&
         band_of(problem, 0, row).problem.h > 0 && band_of(problem, row, problem.p()).problem.h > 0;
}

}  // namespace dlis
