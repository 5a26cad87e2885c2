// Packs and cuts depthwise convolutions of narrow types.
#include "dlis/compute/conv/narrow_depthwise.h"

#include <algorithm>
#include <cstring>

#include "dlis/base/divide.h"
#include "dlis/compute/conv/dot_depthwise.h"
#include "dlis/compute/conv/narrow_depthwise_rows.h"
#include "dlis/compute/narrow.h"
#include "dlis/format/half.h"

namespace dlis {
namespace {

constexpr std::int64_t kBandRows = 2;  // output rows of a tile: what the 3x3 kernels hold at once
constexpr std::int64_t kBlockChannels = 64;  // the fewest channels of a tile

std::int64_t padded(const ConvProblem& p) { return round_up(p.c, kDotChannels); }

// Packed: weights [channels / 16][r][s][16], start, multiplier and bias [channels], all f32, or the
// blocks of dot_depthwise.h; then the zeros, as x has them; channels padded.
struct Packed {
  float *weights, *start, *multiplier, *bias;
  DotBlock* blocks;
  std::byte* zeros;
};
std::size_t constants_bytes(const ConvProblem& p) {
  if (dot_depthwise_kernel(p)) return std::size_t(dot_depthwise_blocks(p)) * sizeof(DotBlock);
  return std::size_t(padded(p) * (p.r * p.s + 3)) * sizeof(float);
}

Packed parts_of(const ConvProblem& p, const std::byte* packed) {
  std::byte* all = const_cast<std::byte*>(packed);
  std::byte* zeros = all + constants_bytes(p);
  if (dot_depthwise_kernel(p)) return {{}, {}, {}, {}, reinterpret_cast<DotBlock*>(all), zeros};
  float* weights = reinterpret_cast<float*>(all);
  float* start = weights + p.r * p.s * padded(p);
  float *multiplier = start + padded(p), *bias = multiplier + padded(p);
  return {weights, start, multiplier, bias, {}, zeros};
}

// Bands of rows, cut over channels as well where there are too few of them to feed all workers.
struct Cuts {
  std::int64_t bands, blocks, block_channels;
};
Cuts cuts_of(const ConvProblem& p) {
  const std::int64_t bands = divide_up(p.p(), kBandRows);
  const std::int64_t wanted = p.workers > 1 ? divide_up(4 * p.workers, p.n * bands) : 1;
  const std::int64_t most = std::max<std::int64_t>(1, p.c / kBlockChannels);
  const std::int64_t channels = round_up(divide_up(p.c, std::min(wanted, most)), kDotChannels);
  return {bands, divide_up(p.c, channels), channels};
}

NarrowKind kind_of(const ConvProblem& p) {
  if (is_half(p.type)) return p.type == DType::f16 ? NarrowKind::f16 : NarrowKind::bf16;
  return p.type == DType::u8 ? NarrowKind::u8 : NarrowKind::i8;
}

NarrowShape shape_of(const ConvProblem& p) {
  const bool square = p.r == p.s && p.stride_h == p.stride_w;
  const bool dense = p.dilation_h == 1 && p.dilation_w == 1;
  if (!square || !dense) return NarrowShape::any;
  if (p.r == 3 && p.stride_h == 1) return NarrowShape::k3_u1;
  if (p.r == 3 && p.stride_h == 2) return NarrowShape::k3_u2;
  if (p.r == 5 && p.stride_h == 1) return NarrowShape::k5_u1;
  if (p.r == 5 && p.stride_h == 2) return NarrowShape::k5_u2;
  return NarrowShape::any;
}

template <class V>
NarrowPlane image(const V& view, std::int64_t n) {
  const auto size = std::int64_t(size_of(view.type));
  auto* data = const_cast<std::byte*>(view.data) + n * view.strides[0] * size;
  return {data, view.strides[2] * size, view.strides[3] * size};
}

NarrowTile tile_of(const ConvProblem& p, const Call& call, int worker) {
  const Packed parts = parts_of(p, call.packed);
  NarrowTile t;
  t.h = p.h, t.w = p.w, t.q = p.q(), t.r = p.r, t.s = p.s;
  t.pad_top = p.pad_top, t.pad_left = p.pad_left;
  t.stride_h = p.stride_h, t.stride_w = p.stride_w;
  t.dilation_h = p.dilation_h, t.dilation_w = p.dilation_w;
  t.weights = parts.weights, t.start = parts.start;
  t.multiplier = parts.multiplier, t.bias = parts.bias;
  t.blocks = parts.blocks, t.zeros = parts.zeros;
  t.waste = call.scratch + worker * padded(p) * std::int64_t(sizeof(float));
  t.ends = kernel_ends(p);
  return t;
}

void pack_ends(const ConvProblem& p, const Encoded& weights, const float* bias, const Packed& to) {
  if (is_half(p.type)) {
    if (bias) std::copy_n(bias, p.c, to.start);
    return;
  }
  const ByteFilters filters = byte_filters(p, weights, bias);
  std::ranges::copy(filters.multiplier, to.multiplier);
  std::ranges::copy(filters.bias, to.bias);
  for (std::int64_t c = 0; c < p.c; ++c)
    to.start[c] = -float(p.x_scale.zero) * float(filters.sum[std::size_t(c)]);
}

void pack_floats(const ConvProblem& p, const Encoded& weights, const float* bias,
                 const Packed& to) {
  const std::int64_t taps = p.r * p.s;
  const Tensor& values = weights.parts[0];
  const auto value = [&](std::int64_t i) {
    const auto at = std::size_t(i);
    return is_half(p.type) ? from_half(p.type, values.as<std::uint16_t>()[at])
                           : float(values.as<std::int8_t>()[at]);
  };
  for (std::int64_t c = 0; c < p.c; ++c)
    for (std::int64_t tap = 0; tap < taps; ++tap)
      to.weights[(c / kNarrowPad * taps + tap) * kNarrowPad + c % kNarrowPad] =
          value(c * taps + tap);
  pack_ends(p, weights, bias, to);
}

}  // namespace

std::size_t narrow_depthwise_packed_bytes(const ConvProblem& p, const Encoded*) {
  return constants_bytes(p) + std::size_t(padded(p)) * size_of(p.type);
}

void narrow_depthwise_pack(const ConvProblem& p, const Encoded* weights, const float* bias,
                           std::byte* packed) {
  std::memset(packed, 0, narrow_depthwise_packed_bytes(p, weights));
  const Packed to = parts_of(p, packed);
  to.blocks ? dot_depthwise_pack(p, *weights, bias, to.blocks) : pack_floats(p, *weights, bias, to);
  if (p.integer()) std::memset(to.zeros, p.x_scale.zero, std::size_t(padded(p)));
}

std::size_t narrow_depthwise_scratch_bytes(const ConvProblem& p) {
  return std::size_t(p.workers * padded(p)) * sizeof(float);
}

int narrow_depthwise_phases(const ConvProblem&) { return 1; }

std::int64_t narrow_depthwise_tiles(const ConvProblem& p, int) {
  const Cuts cuts = cuts_of(p);
  return p.n * cuts.bands * cuts.blocks;
}

void narrow_depthwise_run(const ConvProblem& p, const Call& call, int, Range range, Worker worker) {
  const Cuts cuts = cuts_of(p);
  const auto dot = dot_depthwise_kernel(p);
  const auto& kernels = narrow_depthwise_kernels_for(p.isa);
  const auto kernel = dot ? dot : kernels.tile[int(kind_of(p))][int(shape_of(p))];
  NarrowTile t = tile_of(p, call, worker.index);
  for (std::int64_t tile = range.begin; tile < range.end; ++tile) {
    const std::int64_t block = tile % cuts.blocks, band = tile / cuts.blocks % cuts.bands;
    const std::int64_t n = tile / cuts.blocks / cuts.bands;
    t.x = image(call.inputs[0], n);
    if (p.ends.add) t.residual = image(call.inputs[1], n);
    t.y = image(call.outputs[0], n);
    t.p0 = band * kBandRows, t.p1 = std::min(t.p0 + kBandRows, p.p());
    t.c0 = block * cuts.block_channels, t.c1 = std::min(t.c0 + cuts.block_channels, p.c);
    kernel(t);
  }
}

}  // namespace dlis
