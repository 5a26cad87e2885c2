// Linear interpolation: every output point blends the corners around its coordinate, two for each
// axis that is resized. Pixels are blended over all channels at once where those are contiguous.
#include <algorithm>
#include <cmath>

#include "dlis/compute/nn/resize.h"
#include "dlis/compute/nn/resize_kernels.h"

namespace dlis::nn {
namespace {

constexpr int kMostResized = 3;
constexpr std::int64_t kTileElements = 4096;

// Offsets of the two neighbours in elements, and the weight of the second.
struct Tap {
  std::int64_t low, high;
  float weight;
};

struct Params {
  int rank = 0;  // axes of points, outermost first; channels are apart
  std::int64_t extent[kMaxRank] = {}, out_stride[kMaxRank] = {};
  bool is_resized[kMaxRank] = {};
  std::size_t taps[kMaxRank] = {};
  std::int64_t channels = 1, points = 0, step = 1;
};

std::vector<bool> resized_axes(const OpProblem& problem) {
  const std::vector<float> scales = resize_scales(problem);
  const Shape &in = problem.inputs[0].shape, &out = problem.outputs[0].shape;
  std::vector<bool> resized;
  for (int axis = 0; axis < in.rank(); ++axis)
    resized.push_back(in[axis] != out[axis] || scales[std::size_t(axis)] != 1);
  return resized;
}

// The axis whose elements are contiguous on both sides and that is not resized; -1: none.
int channel_axis(const OpProblem& problem, const std::vector<bool>& resized) {
  const TensorDesc in = input_desc(problem, 0);
  const TensorDesc& out = problem.outputs[0];
  for (int axis = 0; axis < in.shape.rank(); ++axis)
    if (!resized[std::size_t(axis)] && in.strides[axis] == 1 && out.strides[axis] == 1 &&
        out.shape[axis] > 1)
      return axis;
  return -1;
}

Tap tap_at(const OpProblem& problem, int axis, std::int64_t i, float scale) {
  const TensorDesc in = input_desc(problem, 0);
  const std::int64_t extent = in.shape[axis];
  const double x = resize_coordinate<double>(
      problem.attributes.text("coordinate_transformation_mode", "half_pixel"), i, extent,
      problem.outputs[0].shape[axis], scale);
  const double at = std::clamp(x, 0.0, double(extent - 1));
  const auto low = std::int64_t(std::floor(at));
  return {low * in.strides[axis], std::min(low + 1, extent - 1) * in.strides[axis],
          float(at - double(low))};
}

Params params_of(const OpProblem& problem, std::vector<int>& axes) {
  const TensorDesc& out = problem.outputs[0];
  const std::vector<bool> resized = resized_axes(problem);
  const int channel = channel_axis(problem, resized);
  Params p;
  for (int axis = 0; axis < out.shape.rank(); ++axis)
    if (axis != channel) axes.push_back(axis);
  std::stable_sort(axes.begin(), axes.end(),
                   [&](int a, int b) { return out.strides[a] > out.strides[b]; });
  for (int axis : axes) {
    p.extent[p.rank] = out.shape[axis];
    p.out_stride[p.rank] = out.strides[axis];
    p.is_resized[p.rank++] = resized[std::size_t(axis)];
  }
  p.channels = channel < 0 ? 1 : out.shape[channel];
  p.points = out.shape.elements() / p.channels;
  const std::int64_t share = problem.workers > 1 ? p.points / (4 * problem.workers) : p.points;
  p.step = std::max<std::int64_t>(std::min(kTileElements / p.channels, share), 1);
  return p;
}

// The corners around a point and their weights; each resized axis doubles them.
struct Corners {
  std::int64_t offsets[1 << kMostResized] = {0};
  float weights[1 << kMostResized] = {1};
  int count = 1;

  void add(const Tap& tap, bool is_resized) {
    for (int j = 0; is_resized && j < count; ++j) {
      offsets[count + j] = offsets[j] + tap.high;
      weights[count + j] = weights[j] * tap.weight;
      weights[j] *= 1 - tap.weight;
    }
    for (int j = 0; j < count; ++j) offsets[j] += tap.low;
    if (is_resized) count *= 2;
  }
};

struct Blender {
  const Params& p;
  const std::byte* packed;
  const float* in;
  float* out;
  const ResizeKernels& kernels;

  // Points [begin, end): the corners along all axes but the innermost are found once a row.
  void points(std::int64_t begin, std::int64_t end) const {
    const int last = p.rank - 1;
    const std::int64_t inner = last >= 0 ? p.extent[last] : 1;
    for (std::int64_t point = begin; point < end;) {
      const std::int64_t first = point % inner, count = std::min(inner - first, end - point);
      Corners row;
      std::int64_t outer = point / inner, to = 0;
      for (int axis = last - 1; axis >= 0; --axis) {
        const std::int64_t i = outer % p.extent[axis];
        outer /= p.extent[axis];
        to += i * p.out_stride[axis];
        row.add(part<Tap>(packed, p.taps[axis])[i], p.is_resized[axis]);
      }
      for (std::int64_t i = first; i < first + count; ++i) {
        Corners corners = row;
        if (last >= 0) corners.add(part<Tap>(packed, p.taps[last])[i], p.is_resized[last]);
        kernels.blend(p.channels, corners.count, in, corners.offsets, corners.weights,
                      out + to + (last >= 0 ? i * p.out_stride[last] : 0));
      }
      point += count;
    }
  }
};

}  // namespace

Verdict accepts_linear(const OpProblem& problem) {
  if (Verdict v = needs_f32(problem); !v) return v;
  const std::vector<bool> resized = resized_axes(problem);
  return std::count(resized.begin(), resized.end(), true) <= kMostResized
             ? accept()
             : refuse("interpolates along at most three axes");
}

Blob build_linear(const OpProblem& problem) {
  std::vector<int> axes;
  Params p = params_of(problem, axes);
  const std::vector<float> scales = resize_scales(problem);
  std::vector<std::vector<Tap>> taps;
  std::size_t at = sizeof(Params);
  for (int i = 0; i < p.rank; ++i) {
    const int axis = axes[std::size_t(i)];
    auto& of_axis = taps.emplace_back();
    for (std::int64_t j = 0; j < p.extent[i]; ++j)
      of_axis.push_back(tap_at(problem, axis, j, scales[std::size_t(axis)]));
    at = (at + 63) / 64 * 64;
    p.taps[i] = at;
    at += of_axis.size() * sizeof(Tap);
  }
  Blob blob;
  blob.add(p);
  for (const auto& of_axis : taps) blob.add(std::span<const Tap>(of_axis));
  return blob;
}

std::int64_t linear_tiles(const OpProblem& problem) {
  std::vector<int> axes;
  const Params p = params_of(problem, axes);
  return (p.points + p.step - 1) / p.step;
}

void run_linear(const OpProblem& problem, const Call& call, Range range) {
  const Params& p = *part<Params>(call.packed);
  const Blender blender{p, call.packed, input(problem, call, 0).as<float>(),
                        call.outputs[0].as<float>(), resize_kernels_for(problem.isa)};
  blender.points(range.begin * p.step, std::min(range.end * p.step, p.points));
}

}  // namespace dlis::nn
