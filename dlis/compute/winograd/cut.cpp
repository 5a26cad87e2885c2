// Chooses the sizes of the pieces from the problem and typical caches.
#include "dlis/compute/winograd/cut.h"

#include <algorithm>

#include "dlis/base/divide.h"

namespace dlis {
namespace {

constexpr std::int64_t kFloat = sizeof(float);
constexpr std::int64_t kVector = 16;  // floats of the widest vector, a cache line

constexpr std::int64_t kBlockBytes = 320 << 10;  // what a block leaves of the L2 cache to weights
constexpr std::int64_t kFitTiles = 12;           // so few feed the kernels at the rate of the L3
// A block that does not fit is large, for weights are read once a block.
constexpr std::int64_t kFarBytes = 4 << 20;  // of V, of all workers
constexpr std::int64_t kLeastTiles = 28;
constexpr std::int64_t kSharedBytes = 8 << 20;   // of V, where all inputs are transformed first
constexpr std::int64_t kProductBytes = 1 << 20;  // of M, where a block does not fit

// Rows a multiple of 1 KiB apart fall into few sets of the first-level cache.
std::int64_t pitch(std::int64_t floats) {
  const std::int64_t lines = divide_up(floats, kVector);
  return (lines + (lines % 16 == 0)) * kVector;
}

// An odd number of lines: the same place of all frequencies then falls into different sets.
std::int64_t plane(std::int64_t tiles, std::int64_t row) {
  return (tiles * row / kVector | 1) * kVector;
}

}  // namespace

WinogradCut::WinogradCut(const ConvProblem& p, int size, const WinogradGrain& grain)
    : m(size), a(size + 2), wide(grain.columns) {
  panels = divide_up(p.k, wide);
  tile_rows = divide_up(p.p(), m);
  tile_columns = divide_up(p.q(), m);
  tiles = p.n * tile_rows * tile_columns;
  v_pitch = pitch(p.c);

  const std::int64_t tile_bytes = a * a * v_pitch * kFloat;
  const std::int64_t panel_bytes = a * a * wide * kFloat;  // of a tile's M
  const std::int64_t fit = kBlockBytes / (tile_bytes + panel_bytes);
  const bool fits = fit >= kFitTiles;
  const std::int64_t most = fits ? std::max(fit, grain.tiles)
                                 : std::max(kLeastTiles, kFarBytes / (p.workers * tile_bytes));
  const std::int64_t want = p.workers > 1 ? grain.pieces * p.workers : 1;
  blocks = divide_up(tiles, most);
  shared = tiles * tile_bytes <= kSharedBytes && blocks < want;
  if (shared && tiles * tile_bytes <= kSharedBytes / 2) blocks = 1;
  panel_parts = 1;
  if (shared && p.workers > 1) {
    panel_parts = std::min(panels, divide_up(want, blocks));
    if (blocks * panel_parts < want) blocks = std::min(tiles, divide_up(want, panel_parts));
  } else if (blocks > 1) {
    blocks = std::min(tiles, round_up(blocks, p.workers));
  }
  slices = shared ? std::min(divide_up(p.c, 4 * kVector), divide_up(2 * want, tiles)) : 1;

  const std::int64_t block_tiles = divide_up(tiles, blocks);
  const std::int64_t part = divide_up(panels, panel_parts);
  const std::int64_t left = fits && !shared && block_tiles <= fit
                                ? kBlockBytes - block_tiles * tile_bytes
                                : kProductBytes;
  chunk = std::clamp<std::int64_t>(left / (block_tiles * panel_bytes), 1, part);
  m_pitch = pitch(chunk * wide);
  v_plane = plane(shared ? tiles : block_tiles, v_pitch);
  m_plane = plane(block_tiles, m_pitch);
  v_bytes = std::size_t(a * a * v_plane * kFloat);
  m_bytes = std::size_t(a * a * m_plane * kFloat);
  waste_bytes = std::size_t(round_up(p.k, kVector) * kFloat);
}

WinogradRange WinogradCut::channels(std::int64_t slice) const {
  const std::int64_t vectors = v_pitch / kVector;
  const WinogradRange part = winograd_part(vectors, slices, slice);
  return {part.begin * kVector, part.end * kVector};
}

}  // namespace dlis
