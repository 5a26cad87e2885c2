// The truth of pooling, transposed convolution and resizing.
#include <algorithm>
#include <cmath>
#include <limits>

#include "dlis/compute/nn/nn_truth.h"

namespace dlis::truth {
namespace {

Ints spatial(const Attributes& a, const char* name, std::size_t count, std::int64_t otherwise) {
  return a.ints(name, Ints(count, otherwise));
}

std::int64_t pooled_extent(const Attributes& a, std::int64_t in, std::int64_t kernel,
                           std::int64_t stride, std::int64_t dilation, std::int64_t before,
                           std::int64_t after) {
  const std::int64_t room = in + before + after - dilation * (kernel - 1) - 1;
  if (a.integer("ceil_mode") == 0) return room / stride + 1;
  const std::int64_t out = (room + stride - 1) / stride + 1;
  return (out - 1) * stride >= in + before ? out - 1 : out;  // no window begins behind the input
}

template <bool is_max>
Outputs pool(const Attributes& a, const Inputs& in) {
  const std::size_t rank = in[0].shape.size() - 2;
  const Ints kernel = a.ints("kernel_shape"), strides = spatial(a, "strides", rank, 1);
  const Ints dilations = spatial(a, "dilations", rank, 1), pads = spatial(a, "pads", 2 * rank, 0);
  Index shape = in[0].shape;
  for (std::size_t i = 0; i < rank; ++i)
    shape[i + 2] = pooled_extent(a, shape[i + 2], kernel[i], strides[i], dilations[i], pads[i],
                                 pads[rank + i]);
  Array out(shape);
  for_index(shape, [&](const Index& i) {
    double best = -std::numeric_limits<double>::infinity(), sum = 0, counted = 0;
    for_index(kernel, [&](const Index& tap) {
      Index from = i;
      bool is_inside = true, is_padded = true;
      for (std::size_t s = 0; s < rank; ++s) {
        std::int64_t& x = from[s + 2];
        x = x * strides[s] - pads[s] + tap[s] * dilations[s];
        is_inside = is_inside && x >= 0 && x < in[0].shape[s + 2];
        is_padded = is_padded && x < in[0].shape[s + 2] + pads[rank + s];
      }
      if (is_inside) best = std::max(best, in[0].at(from));
      if (is_inside) sum += in[0].at(from);
      counted += a.integer("count_include_pad") != 0 ? is_padded : is_inside;
    });
    out.at(i) = is_max ? best : sum / counted;
  });
  return {out};
}

// Scatters every input element over the outputs that it reaches.
Outputs conv_transpose(const Attributes& a, const Inputs& in) {
  const std::size_t rank = in[0].shape.size() - 2;
  const Array &x = in[0], &w = in[1];
  const std::int64_t groups = a.integer("group", 1), k_group = w.shape[1],
                     c_group = x.shape[1] / groups;
  const Ints strides = spatial(a, "strides", rank, 1), dilations = spatial(a, "dilations", rank, 1);
  const Ints pads = spatial(a, "pads", 2 * rank, 0), extra = spatial(a, "output_padding", rank, 0);
  Index shape = {x.shape[0], groups * k_group};
  for (std::size_t s = 0; s < rank; ++s)
    shape.push_back((x.shape[s + 2] - 1) * strides[s] + (w.shape[s + 2] - 1) * dilations[s] + 1 +
                    extra[s] - pads[s] - pads[rank + s]);
  Array out(shape);
  if (in.size() > 2) for_index(shape, [&](const Index& i) { out.at(i) = in[2].at({i[1]}); });
  const Index kernel(w.shape.begin() + 2, w.shape.end());
  for_index(x.shape, [&](const Index& i) {
    for (std::int64_t k = 0; k < k_group; ++k)
      for_index(kernel, [&](const Index& tap) {
        Index to = {i[0], i[1] / c_group * k_group + k}, at = {i[1], k};
        bool is_inside = true;
        for (std::size_t s = 0; s < rank; ++s) {
          to.push_back(i[s + 2] * strides[s] + tap[s] * dilations[s] - pads[s]);
          is_inside = is_inside && to.back() >= 0 && to.back() < shape[s + 2];
          at.push_back(tap[s]);
        }
        if (is_inside) out.at(to) += x.at(i) * w.at(at);
      });
  });
  return {out};
}

double coordinate(const std::string& mode, double i, double in, double out, double scale) {
  if (mode == "asymmetric") return i / scale;
  if (mode == "align_corners") return out == 1 ? 0 : i * (in - 1) / (out - 1);
  if (mode == "pytorch_half_pixel" && out == 1) return -0.5;
  if (mode == "half_pixel_symmetric")
    return in / 2 * (1 - out / (scale * in)) + (i + 0.5) / scale - 0.5;
  return (i + 0.5) / scale - 0.5;
}

double nearest(const std::string& mode, double x) {
  if (mode == "floor") return std::floor(x);
  if (mode == "ceil") return std::ceil(x);
  const bool is_tie = x - std::floor(x) == 0.5;
  if (is_tie) return mode == "round_prefer_floor" ? std::floor(x) : std::ceil(x);
  return std::round(x);
}

Outputs resize(const Attributes& a, const Inputs& in) {
  const Array& x = in[0];
  const std::size_t rank = x.shape.size();
  const Floats scales = a.floats("scales");
  const Ints sizes = a.ints("sizes");
  Index shape = x.shape;
  for (std::size_t i = 0; i < rank; ++i)
    shape[i] = sizes.empty() ? std::int64_t(std::floor(float(x.shape[i]) * scales[i])) : sizes[i];
  Array out(shape);
  for_index(shape, [&](const Index& i) {
    double sum = 0;
    // All corners of the cell around the coordinate; nearest has one.
    for_index(Index(rank, 2), [&](const Index& corner) {
      double weight = 1;
      Index from(rank);
      for (std::size_t s = 0; s < rank; ++s) {
        const double scale =
            scales.empty() ? double(sizes[s]) / double(x.shape[s]) : double(scales[s]);
        const double last = double(x.shape[s] - 1);
        double at = coordinate(a.text("coordinate_transformation_mode"), double(i[s]),
                               double(x.shape[s]), double(shape[s]), scale);
        if (a.text("mode") == "nearest") at = nearest(a.text("nearest_mode"), at);
        at = std::clamp(at, 0.0, last);
        const double low = std::floor(at), share = at - low;
        weight *= corner[s] == 1 ? share : 1 - share;
        from[s] = std::int64_t(std::min(low + double(corner[s]), last));
      }
      if (weight != 0) sum += weight * x.at(from);
    });
    out.at(i) = sum;
  });
  return {out};
}

}  // namespace

void add_windows(Functions& functions) {
  functions["MaxPool"] = pool<true>;
  functions["AveragePool"] = pool<false>;
  functions["ConvTranspose"] = conv_transpose;
  functions["Resize"] = resize;
}

}  // namespace dlis::truth
