// The row `depthwise`: one filter a channel, channels in vectors, no input loaded twice in a block.
#include "dlis/compute/conv/depthwise.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "dlis/base/divide.h"
#include "dlis/compute/row.h"

namespace dlis {
namespace {

constexpr std::int64_t kBandRows = 2;  // output rows of a tile: what the 3x3 kernels hold at once
constexpr std::int64_t kBlockChannels = 64;  // the fewest channels of a tile

bool is_bf16(const ConvProblem& p) {
  return p.format && p.format->name == std::string_view("bf16");
}
std::size_t weight_bytes(const ConvProblem& p) {
  const std::int64_t one = is_bf16(p) ? 2 : 4;
  return std::size_t(round_up(p.r * p.s * round_up(p.c, kDepthwisePad) * one, 64));
}

// Bands of rows, cut over channels as well where there are too few of them to feed all workers.
struct Cuts {
  std::int64_t bands, blocks, block_channels;
};
Cuts cuts_of(const ConvProblem& p) {
  const std::int64_t bands = divide_up(p.p(), kBandRows);
  const std::int64_t wanted = p.workers > 1 ? divide_up(4 * p.workers, p.n * bands) : 1;
  const std::int64_t most = std::max<std::int64_t>(1, p.c / kBlockChannels);
  const std::int64_t channels = round_up(divide_up(p.c, std::min(wanted, most)), kDepthwisePad);
  return {bands, divide_up(p.c, channels), channels};
}

Verdict accepts(const ConvProblem& p) {
  if (p.groups != p.c || p.k != p.c) return refuse("needs one filter a channel");
  if (!p.all_f32()) return refuse("computes in f32 only");
  const std::string_view format = p.format ? p.format->name : "dense";
  if (format != "dense" && format != "bf16" && format != "f16")
    return refuse(std::string("has no kernel for ") + p.format->name + " weights");
  return accept();
}

// weights [channels / 16][r][s][16], bias [channels], zeros [channels]; channels padded.
std::size_t packed_bytes(const ConvProblem& p, const Encoded*) {
  return weight_bytes(p) + 2 * std::size_t(round_up(p.c, kDepthwisePad)) * sizeof(float);
}

template <class T>
void pack_weights(const ConvProblem& p, const Tensor& weights, std::byte* packed) {
  const T* from = reinterpret_cast<const T*>(weights.data());
  T* to = reinterpret_cast<T*>(packed);
  const std::int64_t taps = p.r * p.s;
  for (std::int64_t c = 0; c < p.c; ++c)
    for (std::int64_t tap = 0; tap < taps; ++tap)
      to[weights_at(taps, c) + tap * kDepthwisePad] = from[c * taps + tap];
}

void pack(const ConvProblem& p, const Encoded* weights, const float* bias, std::byte* packed) {
  std::memset(packed, 0, packed_bytes(p, weights));
  if (is_bf16(p))
    pack_weights<std::uint16_t>(p, weights->parts[0], packed);
  else
    pack_weights<float>(p, weights->format->decode(*weights), packed);
  if (bias) std::memcpy(packed + weight_bytes(p), bias, std::size_t(p.c) * sizeof(float));
}

// For each worker: where outputs beyond the map go, and bf16 weights at full width.
std::int64_t worker_floats(const ConvProblem& p) {
  const std::int64_t channels = round_up(p.c, kDepthwisePad);
  return is_bf16(p) ? channels * (1 + p.r * p.s) : channels;
}
std::size_t scratch_bytes(const ConvProblem& p) {
  return std::size_t(p.workers * worker_floats(p)) * sizeof(float);
}

int phases(const ConvProblem&) { return 1; }

std::int64_t tiles(const ConvProblem& p, int) {
  const Cuts cuts = cuts_of(p);
  return p.n * cuts.bands * cuts.blocks;
}

DepthwiseKernel kernel_for(const ConvProblem& p) {
  const bool square = p.r == p.s && p.stride_h == p.stride_w;
  const bool dense = p.dilation_h == 1 && p.dilation_w == 1;
  auto shape = DepthwiseShape::any;
  if (square && dense && p.r == 3 && p.stride_h == 1) shape = DepthwiseShape::k3_u1;
  if (square && dense && p.r == 3 && p.stride_h == 2) shape = DepthwiseShape::k3_u2;
  if (square && dense && p.r == 5 && p.stride_h == 1) shape = DepthwiseShape::k5_u1;
  if (square && dense && p.r == 5 && p.stride_h == 2) shape = DepthwiseShape::k5_u2;
  return depthwise_kernels_for(p.isa).tile[int(shape)];
}

void set_ends(const FusedEnds& ends, DepthwiseTile& t) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  t.activation = ends.activation;
  t.low = ends.a, t.high = ends.b;
  if (ends.activation == Activation::none) t.low = -kInfinity, t.high = kInfinity;
  if (ends.activation == Activation::relu) t.low = 0, t.high = kInfinity;
  t.clamped = ends.activation <= Activation::clip;
}

DepthwiseTile tile_of(const ConvProblem& p, const Call& call, int worker) {
  const std::int64_t channels = round_up(p.c, kDepthwisePad);
  DepthwiseTile t;
  t.h = p.h, t.w = p.w, t.q = p.q(), t.r = p.r, t.s = p.s;
  t.pad_top = p.pad_top, t.pad_left = p.pad_left;
  t.stride_h = p.stride_h, t.stride_w = p.stride_w;
  t.dilation_h = p.dilation_h, t.dilation_w = p.dilation_w;
  t.weights = reinterpret_cast<const float*>(call.packed);
  t.bias = reinterpret_cast<const float*>(call.packed + weight_bytes(p));
  t.zeros = t.bias + channels;
  t.waste = reinterpret_cast<float*>(call.scratch) + worker * worker_floats(p);
  t.channels = channels;
  set_ends(p.ends, t);
  return t;
}

// Widens the weights of the tile's channels; a tile has many outputs for each.
void widen(const ConvProblem& p, const Call& call, DepthwiseTile& t) {
  const auto* from = reinterpret_cast<const std::uint16_t*>(call.packed);
  float* to = t.waste + t.channels;
  t.weights = to;
  const std::int64_t first = weights_at(p.r * p.s, t.c0);
  const std::int64_t count = p.r * p.s * round_up(t.c1 - t.c0, kDepthwisePad);
  depthwise_kernels_for(p.isa).widen(from + first, to + first, count);
}

template <class P, class V>
P image(const V& view, std::int64_t n) {
  using T = decltype(P::data);
  return {reinterpret_cast<T>(view.data) + n * view.strides[0], view.strides[2], view.strides[3]};
}

void run(const ConvProblem& p, const Call& call, int, Range range, Worker worker) {
  const Cuts cuts = cuts_of(p);
  const DepthwiseKernel kernel = kernel_for(p);
  DepthwiseTile t = tile_of(p, call, worker.index);
  for (std::int64_t tile = range.begin; tile < range.end; ++tile) {
    const std::int64_t block = tile % cuts.blocks, band = tile / cuts.blocks % cuts.bands;
    const std::int64_t n = tile / cuts.blocks / cuts.bands;
    t.x = image<Plane<const float>>(call.inputs[0], n);
    if (p.ends.add) t.residual = image<Plane<const float>>(call.inputs[1], n);
    t.y = image<Plane<float>>(call.outputs[0], n);
    t.p0 = band * kBandRows, t.p1 = std::min(t.p0 + kBandRows, p.p());
    t.c0 = block * cuts.block_channels, t.c1 = std::min(t.c0 + cuts.block_channels, p.c);
    if (is_bf16(p)) widen(p, call, t);
    kernel(t);
  }
}

}  // namespace

extern constinit const ConvRow depthwise_row{
    .name = "depthwise",
    .summary = "one filter a channel; vectors of channels, each input loaded once a block",
    .version = 2,
    .tolerance = {1e-6},
    .accepts = accepts,
    .packed_bytes = packed_bytes,
    .pack = pack,
    .scratch_bytes = scratch_bytes,
    .phases = phases,
    .tiles = tiles,
    .run = run,
    .portable = true};

}  // namespace dlis
