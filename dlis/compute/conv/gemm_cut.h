// How an indirect GEMM is cut: into tiles for the workers, bands of input, and stretches of the
// sum.
#pragma once
#include <cstdint>

#include "dlis/compute/gemm/packing.h"
#include "dlis/compute/problem.h"

namespace dlis {

// Half-open.
struct Interval {
  std::int64_t begin = 0, end = 0;
  std::int64_t size() const { return end - begin; }
  friend bool operator==(const Interval&, const Interval&) = default;
};
constexpr Interval part(std::int64_t total, std::int64_t parts, std::int64_t i) {
  return {total * i / parts, total * (i + 1) / parts};
}

// One tile for a schedule: these filters of these outputs. A flat problem (1x1, stride 1, no
// padding) has one image whose rows are stretches of all n*h*w pixels.
struct GemmTask {
  std::int64_t group = 0;
  Interval panels, images, rows;
};

// Nothing here changes a result; it follows from the problem alone.
struct GemmCut {
  explicit GemmCut(const ConvProblem& problem);

  bool flat;
  std::int64_t images, rows, cols;  // of outputs; cols is the most a row has
  std::int64_t image_parts, row_parts, panel_parts;
  std::int64_t tasks;
  std::int64_t stretch;      // words a run has at most
  std::int64_t panel_share;  // bytes of a panel that one pass over the outputs uses
  static constexpr std::int64_t kMostTogether = 32;
  std::int64_t panels_together;  // that a tile meets before the next tile comes
  // A band is a worker's copy of the input that a task needs, with padding, only a group's
  // channels, pixels of whole words at a distance that spreads them over the cache's sets.
  bool band;
  std::int64_t band_pixel, band_row, band_image;  // strides in bytes
  // A worker's scratch; `widened` are weights as a kernel reads them.
  std::size_t band_bytes, partial_bytes, widened_bytes = 0;

  // Neighbours share their outputs' pixels, so that one band serves them. Panels are equal
  // numbers; those of blocks are cut by what they hold (BsrPanels::cut).
  GemmTask task(std::int64_t index) const;
  Interval pixels(std::int64_t row) const {  // of a flat row: whole tiles of nearly equal size
    const Interval of = part(tiles_, rows, row);
    return {pixels_ * of.begin / tiles_, pixels_ * of.end / tiles_};
  }

 private:
  std::int64_t pixels_, tiles_, panels_;
};

}  // namespace dlis
