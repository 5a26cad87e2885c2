// The row `first_layer`: convolutions of one to four input channels.
//
// All weights lie in the first-level cache. A worker copies the input rows of its tile with their
// padding into a small band; without padding the kernels read the input in place.
#include "dlis/compute/conv/first_layer.h"

#include <algorithm>
#include <cstring>

#include "dlis/base/divide.h"
#include "dlis/compute/conv/gemm_tiles.h"
#include "dlis/compute/gemm/packing.h"

namespace dlis {
namespace {

constexpr std::int64_t kBandBytes = 64 << 10;

// A tile is some output rows of one image. Strides are in floats.
struct Cut {
  explicit Cut(const ConvProblem& p)
      : padded(p.padded()),
        band_row(((p.q() - 1) * p.stride_w + (p.s - 1) * p.dilation_w + 1) * p.c) {
    const std::int64_t first = (p.r - 1) * p.dilation_h + 1;  // input rows of one output row
    const std::int64_t fit = kBandBytes / (band_row * std::int64_t(sizeof(float)));
    rows = std::clamp<std::int64_t>((fit - first) / p.stride_h + 1, 1, p.p());
    if (p.workers > 1) rows = std::min(rows, divide_up(p.p() * p.n, 4 * p.workers));
    parts = divide_up(p.p(), rows);
    band = padded ? round_up(((rows - 1) * p.stride_h + first) * band_row, 16) : 0;
  }
  bool padded;
  std::int64_t band_row, rows, parts, band;  // band: a worker's
};

Verdict accepts(const ConvProblem& p) {
  if (!p.all_f32()) return refuse("needs f32 activations");
  if (p.format && p.format->name != std::string_view("dense")) return refuse("needs dense weights");
  if (p.groups != 1) return refuse("needs filters over all channels");
  if (p.c > kFirstLayerChannels) return refuse("needs four input channels or less");
  return gemm_accepts(p);
}

// Packed: the biases, then the panels of filters, each [r][s][c][wide]; filled up with 0.
std::int64_t padded_filters(const ConvProblem& p) {
  const std::int64_t wide = panel_sizes(p.isa).wide;
  return round_up(p.k, wide);
}

std::size_t packed_bytes(const ConvProblem& p, const Encoded*) {
  return std::size_t(padded_filters(p) * (1 + p.r * p.s * p.c)) * sizeof(float);
}

void pack(const ConvProblem& p, const Encoded* weights, const float* bias, std::byte* packed) {
  std::memset(packed, 0, packed_bytes(p, weights));
  float* to = reinterpret_cast<float*>(packed);
  if (bias) std::copy_n(bias, p.k, to);
  to += padded_filters(p);
  const std::int64_t wide = panel_sizes(p.isa).wide, taps = p.r * p.s;
  const float* from = weights->parts[0].as<float>().data();
  for (std::int64_t k = 0; k < p.k; ++k)
    for (std::int64_t c = 0; c < p.c; ++c)
      for (std::int64_t tap = 0; tap < taps; ++tap)
        to[(k / wide * taps * p.c + tap * p.c + c) * wide + k % wide] = *from++;
}

// Input row `h` with its padding; `x` is the image.
void fill_row(const ConvProblem& p, const Cut& cut, const ConstView& x, const float* image,
              std::int64_t h, float* to) {
  std::fill_n(to, cut.band_row, 0.0f);
  if (h < 0 || h >= p.h) return;
  const float* from = image + h * x.strides[2];
  const std::int64_t pixels = std::min(p.w, cut.band_row / p.c - p.pad_left);
  to += p.pad_left * p.c;
  if (x.strides[3] == p.c) {
    std::copy_n(from, std::max<std::int64_t>(pixels, 0) * p.c, to);
    return;
  }
  for (std::int64_t i = 0; i < pixels; ++i, to += p.c)
    std::copy_n(from + i * x.strides[3], p.c, to);
}

FirstLayerTile tile_of(const ConvProblem& p, const Cut& cut, const Call& call) {
  const ConstView& x = call.inputs[0];
  const std::int64_t pixel = cut.padded ? p.c : x.strides[3];
  const std::int64_t row = cut.padded ? cut.band_row : x.strides[2];
  FirstLayerTile t;
  t.x_step = p.stride_w * pixel, t.tap_step = p.dilation_w * pixel;
  t.row_step = p.dilation_h * row;
  t.r = p.r, t.s = p.s;
  t.bias = reinterpret_cast<const float*>(call.packed);
  t.weights = t.bias + padded_filters(p);
  t.y_step = call.outputs[0].strides[3];
  if (p.ends.add) t.residual_step = call.inputs[1].strides[3];
  t.count = p.q(), t.filters = p.k;
  t.ends = kernel_ends(p);
  return t;
}

template <class V>
auto row_of(const V& view, std::int64_t n, std::int64_t p) {
  return view.template as<float>() + n * view.strides[0] + p * view.strides[2];
}

void run(const ConvProblem& p, const Call& call, int, Range range, Worker worker) {
  const Cut cut(p);
  const auto kernel = first_layer_kernels_for(p.isa).of_channels[p.c - 1];
  FirstLayerTile t = tile_of(p, cut, call);
  float* band = reinterpret_cast<float*>(call.scratch) + worker.index * cut.band;
  for (std::int64_t i = range.begin; i < range.end; ++i) {
    const std::int64_t n = i / cut.parts, begin = i % cut.parts * cut.rows;
    const std::int64_t end = std::min(begin + cut.rows, p.p());
    const std::int64_t top = begin * p.stride_h - p.pad_top;
    const std::int64_t in_rows = (end - 1 - begin) * p.stride_h + (p.r - 1) * p.dilation_h + 1;
    const float* image = row_of(call.inputs[0], n, 0);
    if (cut.padded)
      for (std::int64_t h = 0; h < in_rows; ++h)
        fill_row(p, cut, call.inputs[0], image, top + h, band + h * cut.band_row);
    const float* x = cut.padded ? band : row_of(call.inputs[0], n, top);
    const std::int64_t x_row = cut.padded ? cut.band_row : call.inputs[0].strides[2];
    for (std::int64_t row = begin; row < end; ++row) {
      t.x = x + (row - begin) * p.stride_h * x_row;
      t.y = row_of(call.outputs[0], n, row);
      if (p.ends.add) t.residual = row_of(call.inputs[1], n, row);
      kernel(t);
    }
  }
}

}  // namespace

extern constinit const ConvRow first_layer_row{
    .name = "first_layer",
    .summary = "one to four input channels: a stretch of outputs through all filters at once",
    .tolerance = {2e-6},
    .accepts = accepts,
    .packed_bytes = packed_bytes,
    .pack = pack,
    .scratch_bytes =
        [](const ConvProblem& p) { return std::size_t(Cut(p).band * p.workers) * sizeof(float); },
    .phases = [](const ConvProblem&) { return 1; },
    .tiles = [](const ConvProblem& p, int) { return p.n * Cut(p).parts; },
    .run = run,
    .portable = true,
    .work = [](const ConvProblem& p) { return double(p.macs() / p.k * padded_filters(p)); }};

}  // namespace dlis
