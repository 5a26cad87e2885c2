#include "dlis/compute/nn/pool.h"

#include <fmt/format.h>

#include <algorithm>

#include "dlis/compute/nn/reduce_bytes.h"

namespace dlis::nn {
namespace {

constexpr int kSpatial = 3;  // depth, height, width; absent ones in front have extent 1

struct Axis {
  std::int64_t in = 1, out = 1;                // extents
  std::int64_t in_stride = 0, out_stride = 0;  // elements
  std::int64_t kernel = 1, stride = 1, dilation = 1, pad_begin = 0, pad_end = 0;
};

// A tile is `w_step` pixels of one output row by `c_step` channels.
struct Params {
  Axis spatial[kSpatial];
  std::int64_t images = 1, channels = 1;
  std::int64_t in_image = 0, out_image = 0, in_channel = 1, out_channel = 1;
  bool counts_padding = false;
  Scale in_scale, out_scale;
  std::int64_t w_step = 1, c_step = 1, w_tiles = 1, c_tiles = 1;

  std::int64_t rows() const { return images * spatial[0].out * spatial[1].out; }
  std::int64_t tiles() const { return rows() * w_tiles * c_tiles; }
};

Axis axis_of(const OpProblem& problem, int axis, int count) {
  const TensorDesc in = input_desc(problem, 0);
  const TensorDesc& out = problem.outputs[0];
  const Attributes& a = problem.attributes;
  const auto at = [&](const char* name, int i, std::int64_t otherwise) {
    const Ints values = a.ints(name);
    return i < int(values.size()) ? values[std::size_t(i)] : otherwise;
  };
  Axis result;
  result.in = in.shape[axis + 2];
  result.out = out.shape[axis + 2];
  result.in_stride = in.strides[axis + 2];
  result.out_stride = out.strides[axis + 2];
  result.kernel = at("kernel_shape", axis, 1);
  result.stride = at("strides", axis, 1);
  result.dilation = at("dilations", axis, 1);
  result.pad_begin = at("pads", axis, 0);
  result.pad_end = at("pads", axis + count, 0);
  return result;
}

// Tiles of about 16 KiB of output, cut along channels where there are too few rows for the workers.
void choose_tiles(Params& params, int workers) {
  const std::int64_t columns = params.spatial[2].out;
  const std::int64_t channels = std::max<std::int64_t>(params.channels, 1);
  params.c_step = channels;
  const std::int64_t wanted = 4 * std::int64_t(workers);
  if (workers > 1 && params.rows() * columns < wanted)
    params.c_step = std::clamp<std::int64_t>((channels / wanted + 15) / 16 * 16, 16,
                                             std::max<std::int64_t>(channels, 16));
  params.w_step = std::clamp<std::int64_t>(4096 / channels, 1, std::max<std::int64_t>(columns, 1));
  params.w_tiles = (columns + params.w_step - 1) / params.w_step;
  params.c_tiles = (params.channels + params.c_step - 1) / params.c_step;
}

Params params_of(const OpProblem& problem) {
  const TensorDesc in = input_desc(problem, 0);
  const TensorDesc& out = problem.outputs[0];
  Params params;
  params.images = in.shape[0];
  params.channels = in.shape[1];
  params.in_image = in.strides[0];
  params.out_image = out.strides[0];
  params.in_channel = in.strides[1];
  params.out_channel = out.strides[1];
  params.in_scale = in.scale;
  params.out_scale = out.scale;
  params.counts_padding = problem.attributes.integer("count_include_pad") != 0;
  const int count = in.shape.rank() - 2;
  for (int i = 0; i < count; ++i) params.spatial[kSpatial - count + i] = axis_of(problem, i, count);
  choose_tiles(params, problem.workers);
  return params;
}

// The clipped taps of one output index along an axis; gives the first tap's offset in elements and
// multiplies the divisor by the positions that count.
std::int64_t clip_taps(const Axis& axis, std::int64_t index, bool counts_padding, PoolTaps& taps,
                       std::int64_t& divisor) {
  const std::int64_t first = index * axis.stride - axis.pad_begin;
  const auto below = [&](std::int64_t limit) {
    const std::int64_t fit =
        first >= limit ? 0 : (limit - first + axis.dilation - 1) / axis.dilation;
    return std::min(fit, axis.kernel);
  };
  const std::int64_t skipped = below(0);
  taps = {below(axis.in) - skipped, axis.dilation * axis.in_stride};
  divisor *= counts_padding ? below(axis.in + axis.pad_end) : taps.count;
  return (first + skipped * axis.dilation) * axis.in_stride;
}

template <class T>
void run_tile(const Params& params, const T* in, T* out, std::int64_t tile,
              void (*kernel)(const PoolRowOf<T>&)) {
  const std::int64_t c = tile % params.c_tiles * params.c_step;
  tile /= params.c_tiles;
  const std::int64_t w = tile % params.w_tiles * params.w_step;
  tile /= params.w_tiles;
  const auto& [depth, height, width] = params.spatial;
  const std::int64_t h = tile % height.out;
  const std::int64_t d = tile / height.out % depth.out;
  const std::int64_t n = tile / height.out / depth.out;
  PoolRowOf<T> row;
  row.pixels = std::min(params.w_step, width.out - w);
  row.channels = std::min(params.c_step, params.channels - c);
  row.out = out + n * params.out_image + d * depth.out_stride + h * height.out_stride +
            w * width.out_stride + c * params.out_channel;
  row.out_pixel = width.out_stride;
  row.out_channel = params.out_channel;
  row.in = in + n * params.in_image + c * params.in_channel +
           clip_taps(depth, d, params.counts_padding, row.depth, row.divisor) +
           clip_taps(height, h, params.counts_padding, row.height, row.divisor);
  row.in_pixel = width.in_stride;
  row.in_channel = params.in_channel;
  row.first_pixel = w;
  row.width = width.in;
  row.kernel_w = width.kernel;
  row.stride_w = width.stride;
  row.dilation_w = width.dilation;
  row.pad_left = width.pad_begin;
  row.pad_right = width.pad_end;
  row.counts_padding = params.counts_padding;
  row.scale = params.in_scale.scale / params.out_scale.scale;
  row.in_zero = params.in_scale.zero;
  row.out_zero = params.out_scale.zero;
  kernel(row);
}

// Averages know scales, the largest stays what it is.
Verdict accepts_bytes(const OpProblem& problem) {
  if (problem.op == "MaxPool") return needs_equal_types(problem);
  return averages_bytes(problem, problem.attributes.ints("kernel_shape"));
}

}  // namespace

Verdict pool_accepts(const OpProblem& problem) {
  if (Verdict v = needs_inputs(problem, 1, 1); !v) return v;
  const bool bytes = is_byte(problem.inputs[0].type);
  if (Verdict v = bytes ? accepts_bytes(problem) : needs_f32(problem); !v) return v;
  if (problem.outputs.size() > 1) return refuse("gives no indices of the largest elements");
  const int spatial = problem.inputs[0].shape.rank() - 2;
  if (spatial < 1 || spatial > kSpatial)
    return refuse(fmt::format("pools over one to three spatial axes, not {}", spatial));
  return accept();
}

Blob build_pool(const OpProblem& problem) {
  Blob blob;
  blob.add(params_of(problem));
  return blob;
}

std::int64_t pool_tiles(const OpProblem& problem, int) { return params_of(problem).tiles(); }

void run_pool(const OpProblem& problem, const Call& call, Range range, const PoolKernel& kernel) {
  const Params& params = *part<Params>(call.packed);
  const ConstView in = input(problem, call, 0);
  const View& out = call.outputs[0];
  for (std::int64_t tile = range.begin; tile < range.end; ++tile)
    if (out.type == DType::u8)
      run_tile(params, in.as<std::uint8_t>(), out.as<std::uint8_t>(), tile, kernel.u8);
    else if (out.type == DType::i8)
      run_tile(params, in.as<std::int8_t>(), out.as<std::int8_t>(), tile, kernel.i8);
    else
      run_tile(params, in.as<float>(), out.as<float>(), tile, kernel.f32);
}

}  // namespace dlis::nn
