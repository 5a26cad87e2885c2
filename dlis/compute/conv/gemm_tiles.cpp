// A convolution as a matrix product whose left matrix is never written down.
//
// A micro-kernel reads the pixels of its tile where they lie: per filter row (or tap) it gets one
// offset and a run of consecutive words. Where the input is padded, pixels lie so far apart that
// they share cache sets, or they do not suit a kernel as they are, a worker first copies the rows
// it needs into a small band. Every output is one sum in the order r, s, c whatever the tiles, so
// the result does not depend on them. Idea of the indirection: Dukhan, "The Indirect Convolution
// Algorithm", 2019.
#include "dlis/compute/conv/gemm_tiles.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "dlis/compute/conv/gemm_band.h"
#include "dlis/compute/conv/gemm_cut.h"
#include "dlis/compute/gemm/bsr_packing.h"
#include "dlis/compute/gemm/kernels.h"
#include "dlis/compute/gemm/packing.h"

namespace dlis {
namespace {

constexpr int kMaxRuns = 64;
constexpr std::int64_t kAllPixels = std::numeric_limits<std::int64_t>::max();
constexpr double kMaxPadded = 16e9;  // bytes of an image with its padding: a band may hold it all

// The terms of one sum: `count` runs, the i-th `run(i).length` words long.
struct Terms {
  std::int64_t count, pieces, piece, row_length;  // the last two in words
  std::int64_t piece_step, row_step;              // in bytes
  GemmRun run(std::int64_t i) const {
    const std::int64_t r = i / pieces, s = i % pieces;
    return {r * row_step + s * piece_step, std::min(piece, row_length - s * piece)};
  }
};

// One call of `run`: a worker's tasks, one after another.
class Tiles {
 public:
  Tiles(const ConvProblem& p, const GemmCut& cut, const PackedPanels& packed, const Call& call,
        std::byte* scratch, bool in_order)
      : p_(p),
        cut_(cut),
        packed_(packed),
        call_(call),
        kernels_(gemm_kernels_for(p.isa)),
        kernel_(kernels_of(packed.kernel_kind(), in_order)),
        widen_(packed.has_starts() ? widen_int8_of(p.isa) : kernels_.widen_f32),
        band_(scratch),
        partial_(scratch + cut.band_bytes),
        widened_(partial_ + cut.partial_bytes) {
    call_tile_.ends = kernel_ends(p);
  }

  // Tasks on the same outputs but of other filters share the band.
  void run(const GemmTask& task) {
    if (task.panels.size() == 0) return;
    const bool same = begun_ && task.group == task_.group && task.images == task_.images &&
                      task.rows == task_.rows;
    task_ = task;
    if (!same) begin();
    const std::int64_t together = block_ == terms_.count ? cut_.panels_together : 1;
    for (std::int64_t panel = task_.panels.begin; panel < task_.panels.end; panel += together)
      run_panels(int(panel), int(std::min(panel + together, task_.panels.end)));
  }

 private:
  const GemmKernels::OfKind& kernels_of(GemmKind kind, bool in_order) const {
    const InOrderKernels& others = in_order_kernels_for(p_.isa);
    const bool has = in_order && kind == GemmKind::f32 && others.f32.rows > 0;
    return has ? others.f32 : gemm_kernels_of(kind, p_.isa);
  }

  void begin() {
    const std::int64_t channels = p_.c / p_.groups, filters = p_.k / p_.groups;
    x_ = pixels_of(call_.inputs[0], task_.group * channels);
    y_ = pixels_of(call_.outputs[0], task_.group * filters);
    if (p_.ends.add) residual_ = pixels_of(call_.inputs[1], task_.group * filters);
    source_ = {x_.data, x_.image, x_.row * p_.stride_h, x_.pixel * p_.stride_w};
    pixel_ = x_.pixel;
    row_ = x_.row;
    if (cut_.band) use_band(band_);
    even_ = cut_.flat && even_pixels({0, 0, 0}) == kAllPixels;
    set_terms();
    begun_ = true;
  }

  // Copies what the task reads; outputs then find their pixels at source_.
  void use_band(std::byte* band) {
    GemmBand(p_, cut_, packed_, x_).fill(task_, band);
    pixel_ = cut_.band_pixel;
    row_ = cut_.band_row;
    source_ = {band, cut_.band_image, row_ * p_.stride_h, pixel_ * p_.stride_w};
    source_.data -= task_.images.begin * cut_.band_image;
    if (!cut_.flat) source_.data -= task_.rows.begin * source_.row;
  }

  // Filter columns that touch in memory make one run of a filter row.
  void set_terms() {
    const std::int64_t words = packed_.words();
    const bool touch = pixel_ == words * packed_.word().bytes() && p_.dilation_w == 1;
    terms_.row_length = packed_.row_words();
    if (!packed_.is_blocks() && (touch || p_.s == 1 || packed_.whole_rows())) {
      terms_.piece = std::min(terms_.row_length, cut_.stretch);
      terms_.pieces = (terms_.row_length + terms_.piece - 1) / terms_.piece;
      terms_.piece_step = terms_.piece * packed_.word().bytes();
    } else {
      terms_.piece = words;
      terms_.pieces = p_.s;
      terms_.piece_step = p_.dilation_w * pixel_;
    }
    terms_.row_step = p_.dilation_h * row_;
    terms_.count = p_.r * terms_.pieces;
    block_ = std::min<std::int64_t>(terms_.count, kMaxRuns);
    if (cut_.partial_bytes > 0) {
      const std::int64_t bytes = packed_.word().kernel_bytes(terms_.piece, packed_.wide());
      block_ = std::min(block_, std::max<std::int64_t>(1, cut_.panel_share / bytes));
    }
  }

  // All outputs of a task through some panels. A tile meets the panels one after another, so that
  // its input stays in the first-level cache and its outputs are written side by side; the panels
  // stay in the second-level cache. A panel whose sum is cut goes alone.
  void run_panels(int first, int end) {
    filter_ = std::int64_t(first) * packed_.wide();
    panel_count_ = end - first;
    for (int i = 0; i < panel_count_; ++i)
      panels_[i] = packed_.is_blocks() ? block_panel(first + i, i) : panel_of(first + i);
    GemmTile& t = call_tile_;
    for (std::int64_t begin = 0; begin < terms_.count; begin += block_) {
      t.run_count = int(std::min(block_, terms_.count - begin));
      t.first = begin == 0;
      t.last = begin + t.run_count == terms_.count;
      t.cold = !packed_.word().widened;
      t.partial = partial_;
      std::int64_t length = 0;
      for (int i = 0; i < t.run_count; ++i) {
        runs_[i] = terms_.run(begin + i);
        length += runs_[i].length;
      }
      if (packed_.word().widened) widen(first, length);
      run_outputs();
      panels_[0].weights += packed_.word().packed_bytes(length, panels_[0].columns);
      panels_[0].read = panels_[0].weights;
    }
  }

  // The next words of the panels, side by side, from where all tiles read them.
  void widen(int first, std::int64_t words) {
    std::byte* to = widened_;
    for (int i = 0; i < panel_count_; ++i) {
      Panel& panel = panels_[i];
      widen_(reinterpret_cast<const std::uint8_t*>(panel.weights), words, panel.columns,
             packed_.plus(call_.packed, task_.group, first + i),
             packed_.minus(call_.packed, task_.group, first + i), to);
      panel.read = to;
      to += packed_.word().kernel_bytes(words, panel.columns);
    }
  }

  struct Panel {
    const std::byte *weights, *read;  // packed, and as a kernel reads them
    const float *bias, *multiplier;
    const std::int32_t* start;
    int columns, filters;
    const GemmRun* runs;
    const std::uint16_t* places;  // of blocks
  };
  Panel panel_of(int panel) const {
    const std::byte* packed = call_.packed;
    const std::int64_t group = task_.group;
    const std::byte* weights = packed_.panel(packed, group, panel);
    return {weights,
            weights,
            packed_.bias(packed, group, panel),
            packed_.has_multipliers() ? packed_.multiplier(packed, group, panel) : nullptr,
            packed_.has_starts() ? packed_.start(packed, group, panel) : nullptr,
            packed_.columns(panel),
            packed_.filters(panel),
            runs_,
            nullptr};
  }
  // Its runs are as long as it has blocks at a tap.
  Panel block_panel(int panel, int index) {
    const BsrPanels::Panel blocks = BsrPanels(p_).panel(call_.packed, task_.group, panel);
    GemmRun* runs = block_runs_ + index * kMaxRuns;
    for (int tap = 0; tap < terms_.count; ++tap)
      runs[tap] = {terms_.run(tap).offset, blocks.counts[tap]};
    return {blocks.weights, blocks.weights,         blocks.bias, blocks.multiplier, nullptr,
            kBlockColumns,  packed_.filters(panel), runs,        blocks.places};
  }

  void run_outputs() {
    for (std::int64_t n = task_.images.begin; n < task_.images.end; ++n) {
      const int pair = p_.q() * 2 <= kernel_.rows ? 2 : 1;  // rows of a narrow map go two at a time
      for (std::int64_t row = task_.rows.begin; row < task_.rows.end; row += cut_.flat ? 1 : pair) {
        if (cut_.flat)
          run_flat(row);
        else if (pair == 2 && row + 1 < task_.rows.end)
          run_tile({n, row, 0}, {n, row + 1, 0}, source_.at(n, row, 0), source_.at(n, row + 1, 0),
                   int(2 * p_.q()));
        else
          run_stretch({n, row, 0}, source_.at(n, row, 0), p_.q());
      }
    }
  }

  struct Place {
    std::int64_t n, p, q;
  };

  // A flat row, cut where pixels do not lie at even distances in some view.
  void run_flat(std::int64_t row) {
    const std::int64_t first = cut_.pixels(task_.rows.begin).begin;
    Interval at = cut_.pixels(row);
    while (at.begin < at.end) {
      const Place place =
          even_ ? Place{0, 0, at.begin}
                : Place{at.begin / (p_.h * p_.w), at.begin / p_.w % p_.h, at.begin % p_.w};
      const std::int64_t count = even_ ? at.size() : std::min(at.size(), even_pixels(place));
      const std::byte* a = cut_.band ? source_.data + (at.begin - first) * source_.pixel
                                     : source_.at(place.n, place.p, place.q);
      run_stretch(place, a, count);
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
    return kAllPixels;
  }

  // `count` evenly spaced pixels, in tiles of nearly equal size. A tile takes a few hundred cycles,
  // so a division in here would be felt.
  void run_stretch(const Place& at, const std::byte* a, std::int64_t count) {
    const int pixels = int(count), tiles = (pixels + kernel_.rows - 1) / kernel_.rows;
    const int size = pixels / tiles, larger = pixels - size * tiles;
    Place first = at, second = at;
    for (int i = 0; i < tiles; ++i) {
      const int rows = size + (i < larger);
      const std::int64_t half = (rows + 1) / 2;
      second.q = first.q + half;
      run_tile(first, second, a, a + half * source_.pixel, rows);
      first.q += rows;
      a += rows * source_.pixel;
    }
  }

  void run_tile(const Place& first, const Place& second, const std::byte* a0, const std::byte* a1,
                int rows) {
    GemmTile& t = call_tile_;
    t.a0 = a0;
    t.a1 = a1;
    t.a_step = source_.pixel;
    t.y0 = y_.at(first.n, first.p, first.q) + filter_ * y_size_;
    t.y1 = y_.at(second.n, second.p, second.q) + filter_ * y_size_;
    t.y_step = y_.pixel;
    if (p_.ends.add) {
      t.r0 = residual_.at(first.n, first.p, first.q) + filter_ * r_size_;
      t.r1 = residual_.at(second.n, second.p, second.q) + filter_ * r_size_;
      t.r_step = residual_.pixel;
    }
    for (int i = 0; i < panel_count_; ++i) run_kernel(panels_[i], rows);
    t.cold = false;
  }

  // Through one panel; outputs and residual then are the next one's.
  void run_kernel(const Panel& panel, int rows) {
    GemmTile& t = call_tile_;
    t.b = panel.read;
    t.runs = panel.runs;
    t.places = panel.places;
    t.bias = panel.bias;
    t.multiplier = panel.multiplier;
    t.start = panel.start;
    t.columns = panel.filters;
    kernel_.tile[panel.columns == kernels_.wide][rows](t);
    if (!(t.first && t.last)) t.partial += rows * panel.columns * 4;
    t.y0 += panel.columns * y_size_;
    t.y1 += panel.columns * y_size_;
    if (!p_.ends.add) return;
    t.r0 += panel.columns * r_size_;
    t.r1 += panel.columns * r_size_;
  }

  const ConvProblem& p_;
  const GemmCut& cut_;
  const PackedPanels& packed_;
  const Call& call_;
  const GemmKernels& kernels_;
  const GemmKernels::OfKind& kernel_;
  const GemmKernels::Widen widen_;
  std::byte *band_, *partial_, *widened_;
  GemmTask task_;
  bool begun_ = false;
  Pixels x_, y_, residual_;
  const std::int64_t y_size_ = std::int64_t(size_of(p_.y_type));
  const std::int64_t r_size_ = std::int64_t(size_of(p_.add_type));
  Pixels source_;             // of outputs: where the pixel under the filter's first tap lies
  std::int64_t pixel_, row_;  // strides of the input as the kernels read it
  Terms terms_{};
  std::int64_t block_ = 0;   // runs a call
  std::int64_t filter_ = 0;  // the first of the panels at hand
  int panel_count_ = 0;
  Panel panels_[GemmCut::kMostTogether];
  bool even_ = false;  // a flat problem whose pixels are evenly spaced in all views
  GemmTile call_tile_;
  GemmRun runs_[kMaxRuns];
  GemmRun block_runs_[GemmCut::kMostTogether * kMaxRuns];  // of the panels, one after another
};

// The panels of a task, with about as many blocks as those of any other task.
Interval even_panels(const ConvProblem& p, const GemmCut& cut, const std::byte* packed,
                     std::int64_t group, std::int64_t task) {
  const BsrPanels panels(p);
  const std::int64_t part = task % cut.panel_parts;
  return {panels.cut(packed, group, cut.panel_parts, part),
          panels.cut(packed, group, cut.panel_parts, part + 1)};
}

std::size_t scratch_of_worker(const GemmCut& cut) {
  return cut.band_bytes + cut.partial_bytes + cut.widened_bytes;
}

}  // namespace

Verdict gemm_accepts(const ConvProblem& p) {
  const double rows = double(p.h + p.pad_top + p.pad_bottom);
  const double columns = double(p.w + p.pad_left + p.pad_right);
  if (rows * columns * double(p.c) * double(size_of(p.type)) > kMaxPadded)
    return refuse("the image is too large with its padding");
  return accept();
}

std::size_t gemm_packed_bytes(const ConvProblem& p, const Encoded*) {
  return PackedPanels(p).bytes();
}

void gemm_pack(const ConvProblem& p, const Encoded* weights, const float* bias, std::byte* packed) {
  PackedPanels(p).pack(p, *weights, bias, packed);
}

std::size_t gemm_scratch_bytes(const ConvProblem& p) {
  return scratch_of_worker(GemmCut(p)) * std::size_t(p.workers);
}

int gemm_phases(const ConvProblem&) { return 1; }

std::int64_t gemm_tiles(const ConvProblem& p, int) { return GemmCut(p).tasks; }

// Panels hold filters of one group: the rest of the last panel is computed for nothing.
double gemm_work(const ConvProblem& p) {
  const double filters = double(p.k / p.groups);
  return double(p.macs()) * std::ceil(filters / 16) * 16 / filters;
}

void gemm_run(const ConvProblem& p, const Call& call, int, Range range, Worker worker) {
  const GemmCut cut(p);
  const PackedPanels packed(p);
  Tiles tiles(p, cut, packed, call,
              call.scratch + std::size_t(worker.index) * scratch_of_worker(cut), worker.in_order);
  for (std::int64_t i = range.begin; i < range.end; ++i) {
    GemmTask task = cut.task(i);
    if (packed.is_blocks()) task.panels = even_panels(p, cut, call.packed, task.group, i);
    tiles.run(task);
  }
}

}  // namespace dlis
