// Output rows of a convolution as a convolution of their own, on views of the same values.
#pragma once
#include "dlis/compute/row.h"

namespace dlis {

struct Band {
  ConvProblem problem;
  std::int64_t input_row = 0;  // where the rows that it reads begin
};
// Rows [begin, end) of the p() rows of every image, with their halo; the padding above and below is
// what the image's edges leave. The weights are the problem's, none in the Winograd domain.
Band band_of(const ConvProblem& problem, std::int64_t begin, std::int64_t end);

// Whether each of the two parts at `row` reads at least one row of the input.
bool can_cut(const ConvProblem& problem, std::int64_t row);

// `count` rows of a view of NCHW axes from row `first` on; V is ConstView, View or DeviceView.
template <class V>
V rows_of(V view, std::int64_t first, std::int64_t count) {
  const std::int64_t bytes = first * view.strides[2] * std::int64_t(size_of(view.type));
  if constexpr (requires { view.offset; })
    view.offset += std::size_t(bytes);
  else
    view.data += bytes;
  view.shape[2] = count;
  return view;
}

}  // namespace dlis
