// Chooses tiles whose sums and planes stay in the second-level cache, and blocks of channels whose
// planes stay in the first while a group of outputs is summed.
#include "dlis/compute/conv/sparse_cut.h"

#include <algorithm>
#include <numeric>

#include "dlis/base/divide.h"
#include "dlis/base/even_cut.h"

namespace dlis {
namespace {

constexpr std::int64_t kTilePixels = 512;
constexpr std::int64_t kSumFloats = 1 << 16;    // of a tile: a quarter of a megabyte
constexpr std::int64_t kGroupPixels = 128;      // what one pass over the weights sums
constexpr std::int64_t kFirstLevel = 24 << 10;  // bytes of planes that a group may touch
// What a filter costs in each block of channels beside its non-zeros, in non-zeros: a load and a
// store of its sums, where a non-zero is a load and a multiply-add.
constexpr std::int64_t kRoundTrip = 2;
constexpr double kFewestTerms = 12;  // a row of a block, to pay for its sums' round trip

// Short rows take the next power of two, so that a vector holds whole rows.
std::int64_t aligned_pitch(std::int64_t q) {
  std::int64_t pitch = 1;
  while (pitch < q && pitch < kSparseAlign) pitch *= 2;
  return round_up(q, pitch);
}

void set_planes(const ConvProblem& p, SparseCut& cut) {
  cut.row_period = p.stride_h / std::gcd(p.stride_h, p.dilation_h);
  cut.row_planes = std::min(p.r, cut.row_period);
  cut.row_shift = (p.r - 1) * p.dilation_h / p.stride_h;
  cut.column_planes = p.s;
  cut.pitch = p.r == 1 ? p.q() : aligned_pitch(p.q());
}

// Extents that follow from band and images. A plane is an odd number of lines, so that planes do
// not fall onto the same sets of the cache.
void set_extents(const ConvProblem& p, SparseCut& cut) {
  cut.rows = cut.band + cut.row_shift;
  cut.pixels = round_up(((cut.images - 1) * cut.rows + cut.band) * cut.pitch, kSparseAlign);
  const std::int64_t reach = cut.row_shift * cut.pitch;
  const std::int64_t filled = cut.images * cut.rows * cut.pitch;
  cut.plane = round_up(std::max(cut.pixels + reach, filled), kSparseAlign) | kSparseAlign;
  cut.channel = cut.plane * cut.row_planes * cut.column_planes;
  cut.bands = divide_up(p.p(), cut.band);
  cut.image_blocks = divide_up(p.n, cut.images);
}

// The largest band whose sums and planes fit, then whole images as long as they do.
void set_tile(const ConvProblem& p, SparseCut& cut) {
  const std::int64_t most = std::clamp(kSumFloats / p.k, kSparseAlign, kTilePixels);
  cut.band = std::clamp<std::int64_t>(most / cut.pitch, 1, p.p());
  set_extents(p, cut);
  for (; cut.channel > kSparseReach / 4 && cut.band > 1; set_extents(p, cut)) cut.band /= 2;
  cut.band = divide_up(p.p(), cut.bands);  // as even as can be
  set_extents(p, cut);
  if (cut.band < p.p()) return;
  const std::int64_t images = std::min(most, kSparseReach / 4 / (cut.channel / cut.plane));
  cut.images = std::clamp<std::int64_t>(images / (cut.rows * cut.pitch), 1, p.n);
  set_extents(p, cut);
}

// Workers share the rows of an image as long as a band fills the registers: then each turns only
// its own pixels into planes.
void share_rows(const ConvProblem& p, SparseCut& cut) {
  const std::int64_t band = divide_up(p.p(), round_up(cut.bands, p.workers));
  if (cut.images > 1 || cut.tiles() % p.workers == 0 || band * cut.pitch < kGroupPixels) return;
  cut.band = band;
  set_extents(p, cut);
}

// Where tiles of pixels do not feed the workers evenly, each is cut over its outputs as well.
void set_k_blocks(const ConvProblem& p, SparseCut& cut) {
  const std::int64_t most = std::min<std::int64_t>(4 * p.workers, (p.k - 1) / kSparseAlign);
  while (cut.tiles() % p.workers && cut.tiles() < 8 * p.workers && cut.k_blocks < most)
    ++cut.k_blocks;
}

void set_c_blocks(const ConvProblem& p, SparseCut& cut) {
  const std::int64_t group = std::min(cut.pixels, kGroupPixels) + cut.row_shift * cut.pitch;
  const std::int64_t bytes = group * 4 * cut.row_planes * cut.column_planes;
  const double terms = std::max(1e-3, p.density) * double(p.r * p.s);
  const std::int64_t block = std::max(kFirstLevel / bytes, std::int64_t(kFewestTerms / terms) + 1);
  const std::int64_t most = std::max<std::int64_t>(1, kSparseReach / cut.channel);
  cut.block_c = std::min({round_up(block, block < kSparseAlign ? 8 : kSparseAlign), most, p.c});
  cut.c_blocks = divide_up(p.c, cut.block_c);
  cut.gather_blocks = std::min(divide_up(kSparseAlign, cut.block_c), cut.c_blocks);
}

}  // namespace

std::int64_t SparseCut::offset(const ConvProblem& p, std::int64_t r, std::int64_t s) const {
  const std::int64_t row = r * p.dilation_h / p.stride_h;
  return (r % row_period * column_planes + s) * plane + row * pitch;
}

SparseCut sparse_cut(const ConvProblem& p) {
  SparseCut cut;
  set_planes(p, cut);
  set_tile(p, cut);
  share_rows(p, cut);
  set_k_blocks(p, cut);
  set_c_blocks(p, cut);
  return cut;
}

std::vector<std::uint32_t> cut_filters(const SparseCut& cut,
                                       std::span<const std::int64_t> non_zeros) {
  std::vector<std::int64_t> sums{0};
  for (const std::int64_t count : non_zeros)
    sums.push_back(sums.back() + count + kRoundTrip * cut.c_blocks);
  std::vector<std::uint32_t> bounds;
  for (std::int64_t i = 0; i <= cut.k_blocks; ++i)
    bounds.push_back(std::uint32_t(even_cut(std::span<const std::int64_t>(sums), cut.k_blocks, i)));
  return bounds;
}

}  // namespace dlis
