// Chooses the sizes of an indirect GEMM's pieces from the problem and typical caches.
#include "dlis/compute/conv/gemm_cut.h"

#include <algorithm>

#include "dlis/base/divide.h"
#include "dlis/compute/gemm/kernels.h"

namespace dlis {
namespace {

constexpr std::int64_t kPanelShare = 256 << 10;  // of a panel that stays in the second-level cache
constexpr std::int64_t kTogether = 128 << 10;    // of panels that a tile meets one after another
constexpr std::int64_t kWidenedWords = 128;      // that one or two tiles read: a quarter of L1
constexpr int kWays = 8;                         // of the first-level cache

// Pixels a multiple of 1 KiB apart fall into few sets of the first-level cache: more of them than
// it has ways evict each other.
bool collides(std::int64_t pixel_bytes) { return pixel_bytes % 1024 == 0; }

// Kernels take bytes as unsigned ones, elements as wide as their words have them, and what fills up
// a pixel's last bf16 pair must be a number.
bool must_copy(const ConvProblem& p, const PackedPanels& packed) {
  if (p.type == DType::i8 || packed.whole_rows()) return true;
  if (packed.word().x_bytes != int(size_of(p.type))) return true;
  return p.type == DType::bf16 && p.c / p.groups % 2 != 0;
}

// The input that a task works on shares the second-level cache with a panel. A band of it costs
// memory: little beside the layer's values, unless large weights have to be read once more for
// every band.
std::int64_t input_limit(const ConvProblem& p, bool band) {
  if (!band) return 256 << 10;
  const auto x_size = std::int64_t(size_of(p.type)), y_size = std::int64_t(size_of(p.y_type));
  const std::int64_t values = p.n * p.h * p.w * p.c * x_size + p.n * p.p() * p.q() * p.k * y_size;
  const std::int64_t weights = p.k * (p.c / p.groups) * p.r * p.s * x_size;
  const std::int64_t least = weights > (2 << 20) ? 192 << 10 : (112 << 10) / p.workers;
  return std::clamp<std::int64_t>(values / 6 / p.workers, least, 320 << 10);
}

}  // namespace

GemmCut::GemmCut(const ConvProblem& p) {
  const PackedPanels packed(p);
  const int mr = gemm_kernels_of(packed.kernel_kind(), p.isa).rows;
  const auto x_size = std::int64_t(size_of(p.type));
  panels_ = packed.panels();
  flat = p.pointwise();
  pixels_ = p.n * p.p() * p.q();
  images = flat ? 1 : p.n;
  tiles_ = divide_up(pixels_, mr);
  rows = flat ? divide_up(tiles_, 4) : p.p();
  cols = flat ? std::min<std::int64_t>(pixels_, 4 * mr) : p.q();

  const bool evicts = collides(p.c * x_size) && mr > kWays;
  band = p.padded() || must_copy(p, packed) || (evicts && pixels_ >= mr && panels_ > 1);
  band_pixel = packed.whole_rows() ? p.c / p.groups : packed.words() * packed.word().bytes();
  if (collides(band_pixel)) band_pixel += 64;
  const std::int64_t in_cols = flat ? cols : (cols - 1) * p.stride_w + (p.s - 1) * p.dilation_w + 1;
  band_row = in_cols * band_pixel;
  const auto in_rows = [&](std::int64_t n) {
    return flat ? n : (n - 1) * p.stride_h + (p.r - 1) * p.dilation_h + 1;
  };

  const std::int64_t limit = input_limit(p, band);
  const std::int64_t fit_rows = limit / band_row;  // of input, then of output
  const std::int64_t most = flat ? fit_rows : (fit_rows - in_rows(1)) / p.stride_h + 1;
  row_parts = divide_up(rows, std::clamp<std::int64_t>(most, 1, rows));
  image_parts = images;
  if (row_parts == 1) {
    const std::int64_t fit = limit / (in_rows(rows) * band_row);
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
  const std::int64_t beyond =
      packed.whole_rows() ? packed.word().bytes() : 0;  // a word that starts in the last pixel
  band_bytes = band ? std::size_t(task_images * band_image + beyond + 63) / 64 * 64 : 0;
  const bool few = packed.word().widened && tiles_ <= 2;
  stretch = few ? kWidenedWords : 1024;
  panel_share = few ? packed.word().kernel_bytes(stretch, packed.wide()) : kPanelShare;
  const double stored = packed.is_blocks() ? p.density : 1;
  const auto panel_bytes = std::int64_t(double(packed.panel_bytes()) * stored);
  panels_together = std::clamp<std::int64_t>(kTogether / (panel_bytes + 1), 1, kMostTogether);

  const bool blocks = !packed.is_blocks() && (panel_bytes > panel_share || p.r * p.s > 64);
  if (packed.word().widened) {
    const std::int64_t piece = std::max(stretch, packed.words());  // a run, which is never cut
    widened_bytes =
        blocks ? std::size_t(panel_share + packed.word().kernel_bytes(piece, packed.wide()))
               : std::size_t(panels_together) * packed.panel_bytes();
  }
  partial_bytes = blocks ? std::size_t(task_images * task_rows * cols * packed.wide()) * 4 : 0;
}

GemmTask GemmCut::task(std::int64_t index) const {
  GemmTask t;
  t.panels = part(panels_, panel_parts, index % panel_parts);
  index /= panel_parts;
  t.rows = part(rows, row_parts, index % row_parts);
  index /= row_parts;
  t.images = part(images, image_parts, index % image_parts);
  t.group = index / image_parts;
  return t;
}

}  // namespace dlis
