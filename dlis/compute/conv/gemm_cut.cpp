// Chooses the sizes of an indirect GEMM's pieces from the problem and typical caches.
#include "dlis/compute/conv/gemm_cut.h"

#include <algorithm>

#include "dlis/compute/gemm/kernels.h"

namespace dlis {
namespace {

constexpr std::int64_t kFloat = sizeof(float);
constexpr std::int64_t kPanelShare = 256 << 10;  // of a panel that stays in the second-level cache

std::int64_t divide_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

// Pixels a multiple of 1 KiB apart fall into few sets of the first-level cache: 14 of them evict
// each other.
bool collides(std::int64_t pixel_floats) { return pixel_floats * kFloat % 1024 == 0; }

// The input that a task works on shares the second-level cache with a panel. A band of it costs
// memory: little beside the layer's values, unless large weights have to be read once more for
// every band.
std::int64_t input_limit(const ConvProblem& p, bool band) {
  if (!band) return 256 << 10;
  const std::int64_t values = (p.n * p.h * p.w * p.c + p.n * p.p() * p.q() * p.k) * kFloat;
  const std::int64_t weights = p.k * (p.c / p.groups) * p.r * p.s * kFloat;
  const std::int64_t least = weights > (2 << 20) ? 192 << 10 : (112 << 10) / p.workers;
  return std::clamp<std::int64_t>(values / 6 / p.workers, least, 320 << 10);
}

}  // namespace

GemmCut::GemmCut(const ConvProblem& p) {
  const PackedPanels packed(p);
  const int mr = gemm_kernels_for(p.isa).rows;
  const std::int64_t channels = p.c / p.groups;
  panels_ = packed.panels();
  flat = p.pointwise();
  pixels_ = p.n * p.p() * p.q();
  images = flat ? 1 : p.n;
  rows = flat ? divide_up(pixels_, 4 * mr) : p.p();
  cols = flat ? divide_up(pixels_, rows) : p.q();

  const bool padded = p.pad_top > 0 || p.pad_left > 0 || p.pad_bottom > 0 || p.pad_right > 0;
  band = padded || (collides(p.c) && pixels_ >= mr && panels_ > 1);
  band_pixel = channels + (collides(channels) ? 16 : 0);
  const std::int64_t in_cols = flat ? cols : (cols - 1) * p.stride_w + (p.s - 1) * p.dilation_w + 1;
  band_row = in_cols * band_pixel;
  const auto in_rows = [&](std::int64_t n) {
    return flat ? n : (n - 1) * p.stride_h + (p.r - 1) * p.dilation_h + 1;
  };

  const std::int64_t limit = input_limit(p, band);
  const std::int64_t fit_rows = limit / (band_row * kFloat);  // of input, then of output
  const std::int64_t most = flat ? fit_rows : (fit_rows - in_rows(1)) / p.stride_h + 1;
  row_parts = divide_up(rows, std::clamp<std::int64_t>(most, 1, rows));
  image_parts = images;
  if (row_parts == 1) {
    const std::int64_t fit = limit / (in_rows(rows) * band_row * kFloat);
    image_parts = divide_up(images, std::clamp<std::int64_t>(fit, 1, images));
  }
  panel_parts = 1;
  if (p.workers > 1) {
    const std::int64_t want = 4 * p.workers;
    if (p.groups * image_parts * row_parts < want)
      image_parts = std::min(images, divide_up(want, p.groups * row_parts));
    const std::int64_t least_rows = divide_up(8 * mr, cols);
    if (p.groups * image_parts * row_parts < want)
      row_parts =
          std::max(row_parts, std::min(rows / least_rows, divide_up(want, p.groups * image_parts)));
    if (p.groups * image_parts * row_parts % p.workers != 0 && row_parts > 1)
      row_parts = std::min(rows, divide_up(row_parts, p.workers) * p.workers);
    while (panel_parts < panels_ &&
           (p.groups * image_parts * row_parts * panel_parts < 2 * want || panels_ % panel_parts))
      ++panel_parts;
  }
  tasks = p.groups * panel_parts * image_parts * row_parts;

  const std::int64_t task_rows = divide_up(rows, row_parts);
  const std::int64_t task_images = divide_up(images, image_parts);
  band_image = in_rows(task_rows) * band_row;
  band_bytes = band ? std::size_t(task_images * band_image * kFloat + 63) / 64 * 64 : 0;
  stretch = 1024;
  panel_share = kPanelShare;

  const bool blocks = packed.panel_bytes() > std::size_t(kPanelShare) || p.r * p.s > 64;
  partial_bytes =
      blocks ? std::size_t(task_images * task_rows * cols * packed.wide()) * sizeof(float) : 0;
}

GemmTask GemmCut::task(std::int64_t index) const {
  GemmTask t;
  t.rows = part(rows, row_parts, index % row_parts);
  index /= row_parts;
  t.images = part(images, image_parts, index % image_parts);
  index /= image_parts;
  t.panels = part(panels_, panel_parts, index % panel_parts);
  t.group = index / panel_parts;
  return t;
}

}  // namespace dlis
