// One tile of a transposed convolution: y[oh, ow, k] sums x[ih, iw, c] * w[c, k, r, s] over the
// taps with oh + pad = ih * stride + r * dilation, and the same along the width. Pixels whose ow
// has one remainder by the stride share their taps, and their iw are neighbours: each tap is a
// matrix product.
#include <algorithm>

#include "dlis/compute/nn/conv_transpose.h"

namespace dlis::nn {
namespace {

std::int64_t up(std::int64_t a, std::int64_t b) { return a >= 0 ? (a + b - 1) / b : -(-a / b); }

// The pixels j in [begin, end) of a phase that tap s reaches: pixel j reads column first + j.
struct Reach {
  std::int64_t first = 0, begin = 0, end = 0;
};

Reach reach_of(const TransposedAxis& axis, std::int64_t phase, std::int64_t tap, std::int64_t from,
               std::int64_t to) {
  const std::int64_t at = phase + axis.pad - tap * axis.dilation;
  if (at % axis.stride != 0) return {};
  const std::int64_t first = at / axis.stride;
  return {first, std::max(from, -first), std::min(to, axis.in - first)};
}

}  // namespace

std::int64_t ConvTransposeParams::blocks() const {
  return up(up(width.out, width.stride), kPixels);
}

void pack_panel(const ConvTransposeParams& p, std::int64_t index, const float* weights,
                float* packed) {
  const std::int64_t group = index / p.panels(), k0 = index % p.panels() * p.panel;
  float* to = packed + index * p.panel_floats();
  for (std::int64_t r = 0; r < p.height.kernel; ++r)
    for (std::int64_t s = 0; s < p.width.kernel; ++s)
      for (std::int64_t c = 0; c < p.depth; ++c)
        for (std::int64_t k = k0; k < k0 + p.panel; ++k)
          *to++ = k < p.channels
                      ? weights[(group * p.depth + c) * p.w_strides[0] + k * p.w_strides[1] +
                                r * p.w_strides[2] + s * p.w_strides[3]]
                      : 0.0f;
}

namespace {

struct Tile {
  std::int64_t image, row, group, panel, phase, begin, end;  // pixels [begin, end) of the phase
};

Tile tile_at(const ConvTransposeParams& p, std::int64_t index) {
  Tile t{};
  const std::int64_t block = index % p.blocks();
  index /= p.blocks();
  t.phase = index % p.phases();
  index /= p.phases();
  t.panel = index % p.panels();
  index /= p.panels();
  t.group = index % p.groups;
  index /= p.groups;
  t.row = index % p.height.out;
  t.image = index / p.height.out;
  t.begin = block * kPixels;
  t.end = std::min(t.begin + kPixels, up(p.width.out - t.phase, p.width.stride));
  return t;
}

void add_taps(const ConvTransposeParams& p, const PanelKernels& kernels, const Tile& t,
              const float* in, const float* weights, float* sums) {
  for (std::int64_t r = 0; r < p.height.kernel; ++r) {
    const Reach row = reach_of(p.height, t.row, r, 0, 1);
    if (row.begin >= row.end) continue;
    for (std::int64_t s = 0; s < p.width.kernel; ++s) {
      const Reach reach = reach_of(p.width, t.phase, s, t.begin, t.end);
      if (reach.begin >= reach.end) continue;
      kernels.accumulate({.rows = reach.end - reach.begin,
                          .depth = p.depth,
                          .a = in + row.first * p.height.in_stride +
                               (reach.first + reach.begin) * p.width.in_stride,
                          .a_row = p.width.in_stride,
                          .a_depth = p.in_channel,
                          .b = weights + (r * p.width.kernel + s) * p.depth * p.panel,
                          .b_row = p.panel,
                          .sum = sums + (reach.begin - t.begin) * p.panel});
    }
  }
}

}  // namespace

void run_conv_transpose_tile(const ConvTransposeParams& p, const PanelKernels& kernels,
                             const float* in, const float* weights, const float* bias, float* out,
                             std::int64_t index, float* sums) {
  const Tile t = tile_at(p, index);
  if (t.begin >= t.end) return;
  const std::int64_t k0 = t.panel * p.panel, cols = std::min(p.panel, p.channels - k0);
  const std::int64_t channel = t.group * p.channels + k0;
  for (std::int64_t j = t.begin; j < t.end; ++j)
    for (std::int64_t k = 0; k < p.panel; ++k)
      sums[(j - t.begin) * p.panel + k] =
          bias != nullptr && k < cols ? bias[(channel + k) * p.bias_stride] : 0.0f;
  add_taps(p, kernels, t, in + t.image * p.in_image + t.group * p.depth * p.in_channel,
           weights + (t.group * p.panels() + t.panel) * p.panel_floats(), sums);
  float* const to =
      out + t.image * p.out_image + t.row * p.height.out_stride + channel * p.out_channel;
  for (std::int64_t j = t.begin; j < t.end; ++j)
    for (std::int64_t k = 0; k < cols; ++k)
      to[(t.phase + j * p.width.stride) * p.width.out_stride + k * p.out_channel] =
          sums[(j - t.begin) * p.panel + k];
}

}  // namespace dlis::nn
