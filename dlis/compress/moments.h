// Mean and variance of a value by channel, summed up over images.
#pragma once
#include <algorithm>
#include <vector>

#include "dlis/format/tensor.h"

namespace dlis {

struct Moments {
  std::vector<double> sum, square;
  double count = 0;  // of a channel's values

  void add(const Tensor& values) {  // N x C x ..., f32
    const Shape& shape = values.shape();
    const auto channels = std::size_t(shape[1]);
    const auto inner = std::size_t(row_major_strides(shape)[1]);
    sum.resize(channels), square.resize(channels);
    const auto all = values.as<float>();
    for (std::size_t first = 0, k = 0; first < all.size(); first += inner, ++k)
      for (const float x : all.subspan(first, inner)) {
        sum[k % channels] += double(x);
        square[k % channels] += double(x) * double(x);
      }
    count += double(all.size() / channels);
  }
  double mean(std::size_t k) const { return sum[k] / count; }
  double variance(std::size_t k) const {
    return std::max(0.0, square[k] / count - mean(k) * mean(k));
  }
};

}  // namespace dlis
