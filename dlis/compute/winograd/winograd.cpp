// The Winograd convolution: inputs of a block of tiles transformed, multiplied frequency by
// frequency, transformed back, all within the second-level cache where the block allows it.
//
// The products of a frequency f are a matrix product of their own, tiles x channels by channels x
// filters: M[f] = V[f] U[f]. Every output is one sum in the order of the channels at each
// frequency, then the transform, whatever the block, so the result does not depend on the cut.
#include "dlis/compute/winograd/winograd.h"

#include <algorithm>
#include <limits>
#include <string>

#include "dlis/compute/winograd/kernels.h"

namespace dlis {
namespace {

constexpr std::int64_t kLeastChannels = 8;  // of a vector's lanes; fewer leave most of it idle

const WinogradTransforms& transforms_for(Isa isa, int m) {
  if (m == 2) return winograd_f2_transforms_for(isa);
  if (m == 4) return winograd_f4_transforms_for(isa);
  return winograd_f6_transforms_for(isa);
}

// The multiplications of all tiles for each pair of channels.
std::int64_t multiplications(const ConvProblem& p, int m) {
  return ((p.p() + m - 1) / m) * ((p.q() + m - 1) / m) * (m + 2) * (m + 2);
}

// What a call of `run` works with.
class Tiles {
 public:
  Tiles(const ConvProblem& p, int m, const Call& call, Worker worker)
      : p_(p),
        cut_(p, m),
        panels_(p, m),
        call_(call),
        products_(winograd_products_for(p.isa)),
        transforms_(transforms_for(p.isa, m)) {
    std::byte* own = call.scratch + (cut_.shared ? cut_.v_bytes : 0) +
                     std::size_t(worker.index) * cut_.worker_bytes();
    v_ = reinterpret_cast<float*>(cut_.shared ? call.scratch : own);
    if (!cut_.shared) own += cut_.v_bytes;
    m_ = reinterpret_cast<float*>(own);
    waste_ = reinterpret_cast<float*>(own + cut_.m_bytes);
    set_ends();
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
      multiply(v, tiles.size(), chunk);
      transform_outputs(tiles, chunk);
      part.begin = chunk.end;
    }
  }

 private:
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
    finish_ = ends.activation != Activation::none && ends.activation != Activation::relu &&
              ends.activation != Activation::clip;
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
          *to++ = inside ? pixel(image, x.strides, {0, h, w})
                         : panels_.zeros(call_.packed) + channels.begin;
        }
    }
    transforms_.input(t);
  }

  // M = V U for all frequencies, a panel of U read once for all tiles.
  void multiply(const float* v, std::int64_t tiles, WinogradRange chunk) const {
    const std::int64_t count = (tiles + products_.rows - 1) / products_.rows;
    WinogradProduct t;
    t.a_step = cut_.v_pitch;
    t.y_step = cut_.m_pitch;
    t.terms = p_.c;
    const std::int64_t turns = cut_.a * cut_.a * chunk.size();
    const float* ahead[kWinogradStreams] = {};
    for (std::int64_t turn = 0; turn < turns; ++turn) {
      const std::int64_t f = turn / chunk.size(), i = chunk.begin + turn % chunk.size();
      if (turn % kWinogradStreams == 0)
        for (int k = 0; k < kWinogradStreams; ++k)
          ahead[k] = panel_of(turn + kWinogradStreams + k, chunk);
      const int columns = panels_.columns(i);
      t.b = panels_.panel(call_.packed, f, i);
      for (std::int64_t j = 0; j < count; ++j) {
        const WinogradRange rows = winograd_part(tiles, count, j);
        t.a = v + f * cut_.v_plane + rows.begin * cut_.v_pitch;
        t.y =
            m_ + f * cut_.m_plane + rows.begin * cut_.m_pitch + (i - chunk.begin) * panels_.wide();
        ask(t, ahead, turn, j, count);
        products_.kernel[columns == panels_.wide()][rows.size()](t);
      }
    }
  }

  // The panel of a turn: in a chunk frequency by frequency, then those of the next chunk, or the
  // same again for the next block of tiles.
  const float* panel_of(std::int64_t turn, WinogradRange chunk) const {
    const std::int64_t frequencies = cut_.a * cut_.a;
    if (turn >= frequencies * chunk.size()) {
      turn -= frequencies * chunk.size();
      if (chunk.end < cut_.panels)
        chunk = {chunk.end, std::min(cut_.panels, chunk.end + chunk.size())};
    }
    const std::int64_t f = std::min(turn / chunk.size(), frequencies - 1);
    return panels_.panel(call_.packed, f, chunk.begin + turn % chunk.size());
  }

  // A group of panels is asked for while the group before is multiplied, by the first two kernels
  // on each panel or by the only one: each asks for the same part of all panels.
  void ask(WinogradProduct& t, const float* const* ahead, std::int64_t turn, std::int64_t j,
           std::int64_t count) const {
    const std::int64_t kernels = std::min<std::int64_t>(count, 2),
                       parts = kernels * kWinogradStreams;
    t.ahead_lines =
        j < kernels ? int(panels_.wide() * kWinogradStride / (parts * kWinogradLine)) : 0;
    const std::int64_t step = turn % kWinogradStreams * kernels + j;
    for (int i = 0; i < kWinogradStreams; ++i)
      t.ahead[i] = ahead[i] + step * p_.c * panels_.wide() / parts;
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
    const std::int64_t first = chunk.begin * panels_.wide();
    output_.filters = std::min(p_.k, chunk.end * panels_.wide()) - first;
    output_.bias = panels_.bias(call_.packed) + first;
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
      products_.finish(to.y[i], output_.filters, p_.ends.activation, p_.ends.a, p_.ends.b);
  }

  template <class T>
  static T* pixel(T* data, const Shape& strides, const Place& at) {
    return data + at.n * strides[0] + at.p * strides[2] + at.q * strides[3];
  }

  const ConvProblem& p_;
  const WinogradCut cut_;
  const WinogradPanels panels_;
  const Call& call_;
  const WinogradProducts& products_;
  const WinogradTransforms& transforms_;
  float *v_, *m_, *waste_;
  WinogradOutput output_;
  bool finish_ = false;
};

}  // namespace

Verdict winograd_accepts(const ConvProblem& p, int m) {
  if (!p.all_f32()) return refuse("needs f32 activations");
  const std::string_view format = p.format ? p.format->name : "dense";
  if (format != "dense" && format != "bf16") return refuse("needs dense or bf16 weights");
  if (p.r != 3 || p.s != 3) return refuse("needs a 3x3 filter");
  if (p.stride_h != 1 || p.stride_w != 1) return refuse("needs stride 1");
  if (p.dilation_h != 1 || p.dilation_w != 1) return refuse("needs dilation 1");
  if (p.groups != 1) return refuse("needs a single group");
  if (p.c < kLeastChannels || p.k < kLeastChannels)
    return refuse("needs at least " + std::to_string(kLeastChannels) +
                  " channels on both sides to pay for its transforms");
  const std::int64_t ours = multiplications(p, m);
  if (ours >= 9 * p.p() * p.q()) return refuse("its tiles are larger than so small a map");
  for (int smaller = 2; smaller < m; smaller += 2)
    if (multiplications(p, smaller) <= ours)
      return refuse("smaller tiles need no more multiplications on so small a map");
  return accept();
}

void winograd_pack(const ConvProblem& p, int m, const Encoded* weights, const float* bias,
                   std::byte* packed) {
  const Tensor values = weights->format->decode(*weights);
  WinogradPanels(p, m).pack(values.as<float>().data(), bias, packed);
}

std::int64_t winograd_tiles(const ConvProblem& p, int m, int phase) {
  const WinogradCut cut(p, m);
  if (cut.shared && phase == 0) return cut.tiles * cut.slices;
  return cut.blocks * cut.panel_parts;
}

void winograd_run(const ConvProblem& p, int m, const Call& call, int phase, Range range,
                  Worker worker) {
  Tiles tiles(p, m, call, worker);
  for (std::int64_t i = range.begin; i < range.end; ++i) tiles.run(phase, i);
}

}  // namespace dlis
