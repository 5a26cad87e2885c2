// The Winograd convolution: inputs of a block of tiles transformed, multiplied frequency by
// frequency, transformed back, all within the second-level cache where the block allows it.
//
// The products of a frequency f are a matrix product of their own, tiles x channels by channels x
// filters: M[f] = V[f] U[f]. Every output is one sum in the order of the channels at each
// frequency, then the transform, whatever the block, so the result does not depend on the cut.
#pragma once
#include <algorithm>
#include <limits>

#include "dlis/compute/row.h"
#include "dlis/compute/winograd/cut.h"
#include "dlis/compute/winograd/kernels.h"

namespace dlis {

// What a call of `run` works with. Products multiplies the transformed inputs of a block of tiles
// by the packed weights:
//   Products(problem, cut, packed, own): `own` are own_bytes(problem, cut) bytes of a worker, 64
//   byte aligned; the cut outlives it; grain(problem): what it asks of the cut; bias(), zeros(): of
//   a whole panel's filters, of all channels; multiply(v, tiles, chunk, y): for all frequencies the
//   products of V's first `tiles` rows and the panels `chunk`, the first of which stands at y.
template <class Products>
class WinogradTiles {
 public:
  WinogradTiles(const ConvProblem& p, int m, const Call& call, Worker worker)
      : p_(p),
        cut_(p, m, Products::grain(p)),
        call_(call),
        own_(call.scratch + shared_bytes(cut_) + std::size_t(worker.index) * own_bytes(p, cut_)),
        products_(p, cut_, call.packed, own_ + cut_.worker_bytes()),
        finish_(winograd_products_for(p.isa).finish),
        transforms_(winograd_transforms(p.isa, m)) {
    std::byte* own = own_;
    v_ = reinterpret_cast<float*>(cut_.shared ? call.scratch : own);
    if (!cut_.shared) own += cut_.v_bytes;
    m_ = reinterpret_cast<float*>(own);
    waste_ = reinterpret_cast<float*>(own + cut_.m_bytes);
    set_ends();
  }

  static std::size_t scratch_bytes(const ConvProblem& p, int m) {
    const WinogradCut cut(p, m, Products::grain(p));
    return shared_bytes(cut) + own_bytes(p, cut) * std::size_t(p.workers);
  }

  void run(int phase, std::int64_t index) {
    if (cut_.shared && phase == 0) {
      const WinogradRange channels = cut_.channels(index % cut_.slices);
      return transform_input(index / cut_.slices, index / cut_.slices, channels);
    }
    const WinogradRange tiles = cut_.block(index / cut_.panel_parts);
    if (!cut_.shared)
      for (std::int64_t t = tiles.begin; t < tiles.end; ++t)
        transform_input(t, t - tiles.begin, {0, p_.c});
    const float* v = v_ + (cut_.shared ? tiles.begin * cut_.v_pitch : 0);
    WinogradRange part = winograd_part(cut_.panels, cut_.panel_parts, index % cut_.panel_parts);
    while (part.begin < part.end) {
      const WinogradRange chunk{part.begin, std::min(part.end, part.begin + cut_.chunk)};
      products_.multiply(v, tiles.size(), chunk, m_);
      transform_outputs(tiles, chunk);
      part.begin = chunk.end;
    }
  }

 private:
  // Scratch: what all workers share, then each one's own.
  static std::size_t shared_bytes(const WinogradCut& cut) { return cut.shared ? cut.v_bytes : 0; }
  static std::size_t own_bytes(const ConvProblem& p, const WinogradCut& cut) {
    return cut.worker_bytes() + Products::own_bytes(p, cut);
  }

  // Where a tile's outputs begin.
  struct Place {
    std::int64_t n, p, q;
  };
  Place place(std::int64_t tile) const {
    const std::int64_t row = tile / cut_.tile_columns;
    return {row / cut_.tile_rows, row % cut_.tile_rows * cut_.m, tile % cut_.tile_columns * cut_.m};
  }

  void set_ends() {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    const FusedEnds& ends = p_.ends;
    output_.low = -kInfinity;
    output_.high = kInfinity;
    if (ends.activation == Activation::relu) output_.low = 0;
    if (ends.activation == Activation::clip) output_.low = ends.a, output_.high = ends.b;
    if (ends.activation == Activation::none || ends.activation == Activation::relu ||
        ends.activation == Activation::clip)
      finish_ = nullptr;
  }

  // Channels of a tile, into row `row` of V.
  void transform_input(std::int64_t tile, std::int64_t row, WinogradRange channels) const {
    const ConstView& x = call_.inputs[0];
    const Place at = place(tile);
    const std::int64_t top = at.p - p_.pad_top, left = at.q - p_.pad_left;
    const float* image = pixel(x.as<float>(), x.strides, {at.n, 0, 0}) + channels.begin;
    const float* pixels[(kWinogradMaxTile + 2) * (kWinogradMaxTile + 2)];
    WinogradInput t;
    t.channels = std::min(channels.end, p_.c) - channels.begin;
    t.v = v_ + row * cut_.v_pitch + channels.begin;
    t.plane = cut_.v_plane;
    t.next = cut_.v_pitch;
    if (top >= 0 && left >= 0 && top + cut_.a <= p_.h && left + cut_.a <= p_.w) {
      t.x = pixel(image, x.strides, {0, top, left});
      t.row = x.strides[2];
      t.pixel = x.strides[3];
    } else {
      t.pixels = pixels;
      const float** to = pixels;
      for (std::int64_t h = top; h < top + cut_.a; ++h)
        for (std::int64_t w = left; w < left + cut_.a; ++w) {
          const bool inside = h >= 0 && h < p_.h && w >= 0 && w < p_.w;
          *to++ = inside ? pixel(image, x.strides, {0, h, w}) : products_.zeros() + channels.begin;
        }
    }
    transforms_.input[p_.winograd_relu](t);
  }

  // The pixels of a tile of outputs from filter `first` on.
  struct Targets {
    float* y[kWinogradMaxTile * kWinogradMaxTile];
    const float* residual[kWinogradMaxTile * kWinogradMaxTile];
  };

  void find(std::int64_t tile, std::int64_t first, Targets& to) const {
    const Place at = place(tile);
    const View& y = call_.outputs[0];
    int i = 0;
    for (std::int64_t p = at.p; p < at.p + cut_.m; ++p)
      for (std::int64_t q = at.q; q < at.q + cut_.m; ++q, ++i) {
        const bool inside = p < p_.p() && q < p_.q();
        to.y[i] = inside ? pixel(y.as<float>(), y.strides, {at.n, p, q}) + first : waste_;
        to.residual[i] = waste_;
        if (inside && p_.ends.add) {
          const ConstView& r = call_.inputs[1];
          to.residual[i] = pixel(r.as<float>(), r.strides, {at.n, p, q}) + first;
        }
      }
  }

  void transform_outputs(WinogradRange tiles, WinogradRange chunk) {
    const std::int64_t first = chunk.begin * cut_.wide;
    output_.filters = std::min(p_.k, chunk.end * cut_.wide) - first;
    output_.bias = products_.bias() + first;
    output_.plane = cut_.m_plane;
    output_.next = cut_.m_pitch;
    Targets targets[2];
    find(tiles.begin, first, targets[0]);
    for (std::int64_t i = 0; i < tiles.size(); ++i) {
      const Targets& now = targets[i % 2];
      Targets& next = targets[(i + 1) % 2];
      find(std::min(tiles.begin + i + 1, tiles.end - 1), first, next);
      output_.m = m_ + i * cut_.m_pitch;
      output_.y = now.y;
      output_.y_next = next.y;
      output_.residual = p_.ends.add ? now.residual : nullptr;
      transforms_.output(output_);
      if (finish_) finish(now);
    }
  }

  void finish(const Targets& to) const {
    for (int i = 0; i < cut_.m * cut_.m; ++i)
      finish_(to.y[i], output_.filters, p_.ends.activation, p_.ends.a, p_.ends.b);
  }

  template <class T>
  static T* pixel(T* data, const Shape& strides, const Place& at) {
    return data + at.n * strides[0] + at.p * strides[2] + at.q * strides[3];
  }

  const ConvProblem& p_;
  const WinogradCut cut_;
  const Call& call_;
  std::byte* own_;
  const Products products_;
  void (*finish_)(float*, std::int64_t, Activation, float, float);
  const WinogradTransforms& transforms_;
  float *v_, *m_, *waste_;
  WinogradOutput output_;
};

}  // namespace dlis
