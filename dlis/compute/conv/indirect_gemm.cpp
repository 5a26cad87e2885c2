// The row `indirect_gemm`: a convolution as a matrix product whose left matrix is never written
// down.
//
// A micro-kernel reads the pixels of its tile where they lie: per filter row (or tap) it gets one
// offset and a run of consecutive floats. Only where the input is padded, or pixels lie so far
// apart that they share cache sets, a worker first copies the rows it needs into a small band.
// Every output is one sum in the order r, s, c whatever the tiles, so the result does not depend on
// them. Idea of the indirection: Dukhan, "The Indirect Convolution Algorithm", 2019.
#include <algorithm>
#include <cstring>
#include <limits>

#include "dlis/compute/conv/gemm_cut.h"
#include "dlis/compute/gemm/kernels.h"
#include "dlis/compute/gemm/packing.h"
#include "dlis/compute/row.h"

namespace dlis {
namespace {

constexpr int kMaxRuns = 64;
constexpr double kMaxPadded = 16e9;  // bytes of an image with its padding: a band may hold it all

// Where pixels of a value lie; strides in floats.
struct Pixels {
  float* data = nullptr;
  std::int64_t image = 0, row = 0, pixel = 0;
  float* at(std::int64_t n, std::int64_t p, std::int64_t q) const {
    return data + n * image + p * row + q * pixel;
  }
};

template <class AnyView>
Pixels pixels_of(const AnyView& v, std::int64_t channel) {
  float* data = const_cast<float*>(v.template as<float>()) + channel;
  return {data, v.strides[0], v.strides[2], v.strides[3]};
}

// The terms of one sum: `count` runs, the i-th `length(i)` floats long.
struct Terms {
  std::int64_t count, pieces, piece, row_length, piece_step, row_step;
  GemmRun run(std::int64_t i) const {
    const std::int64_t r = i / pieces, s = i % pieces;
    return {r * row_step + s * piece_step, std::min(piece, row_length - s * piece)};
  }
};

// One call of `run`, for one task.
class Tiles {
 public:
  Tiles(const ConvProblem& p, const GemmCut& cut, const PackedPanels& packed, const Call& call,
        const GemmTask& task, std::byte* scratch)
      : p_(p),
        cut_(cut),
        packed_(packed),
        call_(call),
        task_(task),
        kernels_(gemm_kernels_for(p.isa)) {
    const std::int64_t channels = p.c / p.groups, filters = p.k / p.groups;
    x_ = pixels_of(call.inputs[0], task.group * channels);
    y_ = pixels_of(call.outputs[0], task.group * filters);
    if (p.ends.add) residual_ = pixels_of(call.inputs[1], task.group * filters);
    partial_ = reinterpret_cast<float*>(scratch + cut.band_bytes);
    source_ = {x_.data, x_.image, x_.row * p.stride_h, x_.pixel * p.stride_w};
    pixel_ = x_.pixel;
    row_ = x_.row;
    if (cut.band) use_band(reinterpret_cast<float*>(scratch));
    set_terms();
    set_ends();
  }

  void run() {
    for (std::int64_t panel = task_.panels.begin; panel < task_.panels.end; ++panel)
      run_panel(int(panel));
  }

 private:
  // Copies what the task reads; outputs then find their pixels at source_.
  void use_band(float* band) {
    for (std::int64_t n = task_.images.begin; n < task_.images.end; ++n) {
      float* image = band + (n - task_.images.begin) * cut_.band_image;
      if (cut_.flat)
        copy_flat(image);
      else
        copy_rows(n, image);
    }
    pixel_ = cut_.band_pixel;
    row_ = cut_.band_row;
    source_ = {band, cut_.band_image, row_ * p_.stride_h, pixel_ * p_.stride_w};
    source_.data -= task_.images.begin * cut_.band_image;
    if (!cut_.flat) source_.data -= task_.rows.begin * source_.row;
  }

  void copy_rows(std::int64_t n, float* to) const {
    const std::int64_t first = task_.rows.begin * p_.stride_h - p_.pad_top;
    const std::int64_t last =
        (task_.rows.end - 1) * p_.stride_h - p_.pad_top + (p_.r - 1) * p_.dilation_h;
    const std::int64_t in_cols = cut_.band_row / cut_.band_pixel;
    const std::int64_t begin = std::min(p_.pad_left, in_cols);
    const std::int64_t end = std::max(begin, std::min(p_.pad_left + p_.w, in_cols));
    for (std::int64_t h = first; h <= last; ++h, to += cut_.band_row) {
      if (h < 0 || h >= p_.h) {
        std::memset(to, 0, std::size_t(cut_.band_row) * sizeof(float));
        continue;
      }
      std::memset(to, 0, std::size_t(begin * cut_.band_pixel) * sizeof(float));
      copy_pixels(x_.at(n, h, 0), end - begin, to + begin * cut_.band_pixel);
      std::memset(to + end * cut_.band_pixel, 0,
                  std::size_t((in_cols - end) * cut_.band_pixel) * sizeof(float));
    }
  }

  void copy_flat(float* to) const {
    std::int64_t t = cut_.pixels(task_.rows.begin).begin;
    const std::int64_t end = cut_.pixels(task_.rows.end - 1).end;
    while (t < end) {
      const std::int64_t w = t % p_.w, count = std::min(end - t, p_.w - w);
      copy_pixels(x_.at(t / (p_.h * p_.w), t / p_.w % p_.h, w), count, to);
      to += count * cut_.band_pixel;
      t += count;
    }
  }

  void copy_pixels(const float* from, std::int64_t count, float* to) const {
    const std::int64_t channels = p_.c / p_.groups;
    if (x_.pixel == channels && cut_.band_pixel == channels) {
      std::memcpy(to, from, std::size_t(count * channels) * sizeof(float));
      return;
    }
    for (std::int64_t i = 0; i < count; ++i, from += x_.pixel, to += cut_.band_pixel)
      std::memcpy(to, from, std::size_t(channels) * sizeof(float));
  }

  // Filter columns that touch in memory make one run of a filter row.
  void set_terms() {
    const std::int64_t channels = p_.c / p_.groups;
    const bool touch = pixel_ == channels && p_.dilation_w == 1;
    if (touch || p_.s == 1) {
      terms_.row_length = p_.s * channels;
      terms_.piece = std::min(terms_.row_length, cut_.stretch);
      terms_.pieces = (terms_.row_length + terms_.piece - 1) / terms_.piece;
      terms_.piece_step = terms_.piece;
    } else {
      terms_.row_length = p_.s * channels;
      terms_.piece = channels;
      terms_.pieces = p_.s;
      terms_.piece_step = p_.dilation_w * pixel_;
    }
    terms_.row_step = p_.dilation_h * row_;
    terms_.count = p_.r * terms_.pieces;
    block_ = std::min<std::int64_t>(terms_.count, kMaxRuns);
    if (cut_.partial_bytes > 0) {
      const std::int64_t bytes = terms_.piece * packed_.wide() * (packed_.bf16() ? 2 : 4);
      block_ = std::min(block_, std::max<std::int64_t>(1, cut_.panel_share / bytes));
    }
  }

  void set_ends() {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    const FusedEnds& ends = p_.ends;
    call_tile_.activation = ends.activation;
    call_tile_.clamped = true;
    call_tile_.low = -kInfinity;
    call_tile_.high = kInfinity;
    if (ends.activation == Activation::none) return;
    if (ends.activation == Activation::relu) {
      call_tile_.low = 0;
      return;
    }
    call_tile_.clamped = ends.activation == Activation::clip;
    call_tile_.low = ends.a;
    call_tile_.high = ends.b;
  }

  void run_panel(int panel) {
    GemmTile& t = call_tile_;
    wide_ = packed_.columns(panel) == packed_.wide();
    t.columns = packed_.filters(panel);
    t.bias = packed_.bias(call_.packed, task_.group, panel);
    t.runs = runs_;
    const std::byte* weights = packed_.panel(call_.packed, task_.group, panel);
    const std::int64_t element = packed_.bf16() ? 2 : 4;
    for (std::int64_t begin = 0; begin < terms_.count; begin += block_) {
      t.run_count = int(std::min(block_, terms_.count - begin));
      t.first = begin == 0;
      t.last = begin + t.run_count == terms_.count;
      t.b = weights;
      t.partial = partial_;
      std::int64_t length = 0;
      for (int i = 0; i < t.run_count; ++i) {
        runs_[i] = terms_.run(begin + i);
        length += runs_[i].length;
      }
      run_outputs(std::int64_t(panel) * packed_.wide());
      weights += length * packed_.columns(panel) * element;
    }
  }

  void run_outputs(std::int64_t filter) {
    for (std::int64_t n = task_.images.begin; n < task_.images.end; ++n) {
      const int pair =
          p_.q() * 2 <= kernels_.rows ? 2 : 1;  // rows of a narrow map go two at a time
      for (std::int64_t row = task_.rows.begin; row < task_.rows.end; row += cut_.flat ? 1 : pair) {
        if (cut_.flat)
          run_flat(row, filter);
        else if (pair == 2 && row + 1 < task_.rows.end)
          run_tile({n, row, 0}, {n, row + 1, 0}, source_.at(n, row, 0), source_.at(n, row + 1, 0),
                   int(2 * p_.q()), filter);
        else
          run_stretch({n, row, 0}, source_.at(n, row, 0), p_.q(), filter);
      }
    }
  }

  struct Place {
    std::int64_t n, p, q;
  };

  // A flat row, cut where pixels do not lie at even distances in some view.
  void run_flat(std::int64_t row, std::int64_t filter) {
    const std::int64_t first = cut_.pixels(task_.rows.begin).begin;
    Interval at = cut_.pixels(row);
    while (at.begin < at.end) {
      const Place place{at.begin / (p_.h * p_.w), at.begin / p_.w % p_.h, at.begin % p_.w};
      const std::int64_t count = std::min(at.size(), even_pixels(place));
      const float* a = cut_.band ? source_.data + (at.begin - first) * source_.pixel
                                 : source_.at(place.n, place.p, place.q);
      run_stretch(place, a, count, filter);
      at.begin += count;
    }
  }

  // How many pixels from here on are evenly spaced in all views.
  std::int64_t even_pixels(const Place& at) const {
    const auto rows_even = [&](const Pixels& v) { return p_.h == 1 || v.row == p_.w * v.pixel; };
    const auto images_even = [&](const Pixels& v) {
      return p_.n == 1 || v.image == p_.h * p_.w * v.pixel;
    };
    const bool x_matters = !cut_.band;
    const auto all = [&](const auto& even) {
      return (!x_matters || even(x_)) && even(y_) && (!p_.ends.add || even(residual_));
    };
    if (!all(rows_even)) return p_.w - at.q;
    if (!all(images_even)) return p_.h * p_.w - (at.p * p_.w + at.q);
    return std::numeric_limits<std::int64_t>::max();
  }

  // `count` evenly spaced pixels, in tiles of nearly equal size.
  void run_stretch(const Place& at, const float* a, std::int64_t count, std::int64_t filter) {
    const std::int64_t tiles = (count + kernels_.rows - 1) / kernels_.rows;
    for (std::int64_t i = 0; i < tiles; ++i) {
      const Interval q = part(count, tiles, i);
      const std::int64_t half = (q.size() + 1) / 2;
      const float* a0 = a + q.begin * source_.pixel;
      run_tile({at.n, at.p, at.q + q.begin}, {at.n, at.p, at.q + q.begin + half}, a0,
               a0 + half * source_.pixel, int(q.size()), filter);
    }
  }

  void run_tile(const Place& first, const Place& second, const float* a0, const float* a1, int rows,
                std::int64_t filter) {
    GemmTile& t = call_tile_;
    t.a0 = a0;
    t.a1 = a1;
    t.a_step = source_.pixel;
    t.y0 = y_.at(first.n, first.p, first.q) + filter;
    t.y1 = y_.at(second.n, second.p, second.q) + filter;
    t.y_step = y_.pixel;
    if (p_.ends.add) {
      t.r0 = residual_.at(first.n, first.p, first.q) + filter;
      t.r1 = residual_.at(second.n, second.p, second.q) + filter;
      t.r_step = residual_.pixel;
    }
    (packed_.bf16() ? kernels_.bf16 : kernels_.f32)[wide_][rows](t);
    if (!(t.first && t.last)) t.partial += rows * (wide_ ? kernels_.wide : kernels_.narrow);
  }

  const ConvProblem& p_;
  const GemmCut& cut_;
  const PackedPanels& packed_;
  const Call& call_;
  const GemmTask& task_;
  const GemmKernels& kernels_;
  Pixels x_, y_, residual_;
  Pixels source_;             // of outputs: where the pixel under the filter's first tap lies
  std::int64_t pixel_, row_;  // strides of the input as the kernels read it
  Terms terms_{};
  std::int64_t block_ = 0;  // runs a call
  float* partial_ = nullptr;
  bool wide_ = true;
  GemmTile call_tile_;
  GemmRun runs_[kMaxRuns];
};

Verdict accepts(const ConvProblem& p) {
  if (p.type != DType::f32) return refuse("needs f32 activations");
  const std::string_view format = p.format ? p.format->name : "dense";
  if (format != "dense" && format != "bf16") return refuse("needs dense or bf16 weights");
  const double rows = double(p.h + p.pad_top + p.pad_bottom);
  const double columns = double(p.w + p.pad_left + p.pad_right);
  if (rows * columns * double(p.c) * sizeof(float) > kMaxPadded)
    return refuse("the image is too large with its padding");
  return accept();
}

void pack(const ConvProblem& p, const Encoded* weights, const float* bias, std::byte* packed) {
  const Tensor values = weights->format->decode(*weights);
  PackedPanels(p).pack(values.as<float>().data(), bias, packed);
}

std::size_t scratch_of_worker(const GemmCut& cut) { return cut.band_bytes + cut.partial_bytes; }

void run(const ConvProblem& p, const Call& call, int, Range range, Worker worker) {
  const GemmCut cut(p);
  const PackedPanels packed(p);
  std::byte* scratch = call.scratch + std::size_t(worker.index) * scratch_of_worker(cut);
  for (std::int64_t i = range.begin; i < range.end; ++i) {
    const GemmTask task = cut.task(i);
    Tiles(p, cut, packed, call, task, scratch).run();
  }
}

}  // namespace

extern constinit const ConvRow indirect_gemm_row{
    .name = "indirect_gemm",
    .summary = "matrix product on pixels in place, packed weights, no im2col buffer",
    .tolerance = {2e-6},
    .accepts = accepts,
    .packed_bytes = [](const ConvProblem& p, const Encoded*) { return PackedPanels(p).bytes(); },
    .pack = pack,
    .scratch_bytes =
        [](const ConvProblem& p) { return scratch_of_worker(GemmCut(p)) * std::size_t(p.workers); },
    .phases = [](const ConvProblem&) { return 1; },
    .tiles = [](const ConvProblem& p, int) { return GemmCut(p).tasks; },
    .run = run,
};

}  // namespace dlis
