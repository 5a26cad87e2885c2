// How a Winograd convolution is cut: into tiles of outputs, blocks of tiles, parts for the workers.
#pragma once
#include "dlis/compute/gemm/packing.h"
#include "dlis/compute/problem.h"

namespace dlis {

// Half-open.
struct WinogradRange {
  std::int64_t begin = 0, end = 0;
  std::int64_t size() const { return end - begin; }
};
constexpr WinogradRange winograd_part(std::int64_t total, std::int64_t parts, std::int64_t i) {
  return {total * i / parts, total * (i + 1) / parts};
}

// What a way to multiply asks of the cut.
struct WinogradGrain {
  int columns;             // filters of a panel
  int pieces = 4;          // that each of several workers gets at least
  std::int64_t tiles = 0;  // of a block, also where they do not fit the cache
};

// Nothing here changes a result; it follows from the problem alone. A block of tiles goes through
// all three steps before the next. Either one worker does all of them (one phase, a block is a tile
// of the schedule), or, where blocks are few, all inputs are transformed by a phase of its own
// (`shared`) and a tile of the second phase is some panels of a block.
struct WinogradCut {
  WinogradCut(const ConvProblem& problem, int m, const WinogradGrain& grain);

  int m, a;
  int wide;                                     // filters of a panel
  std::int64_t tile_rows, tile_columns, tiles;  // of m x m outputs, of all images
  std::int64_t panels;
  std::int64_t blocks, panel_parts;
  std::int64_t slices;  // of the channels, in the phase that transforms inputs
  bool shared;
  std::int64_t chunk;             // panels whose products of a block are kept at once
  std::int64_t v_pitch, v_plane;  // floats of a tile's channels, of a frequency
  std::int64_t m_pitch, m_plane;
  std::size_t v_bytes;      // of all tiles where shared, else a worker's
  std::size_t m_bytes;      // a worker's products
  std::size_t waste_bytes;  // a worker's: where outputs beyond the map go

  std::size_t worker_bytes() const { return (shared ? 0 : v_bytes) + m_bytes + waste_bytes; }
  std::int64_t most_tiles() const { return (tiles + blocks - 1) / blocks; }  // of a block
  WinogradRange block(std::int64_t i) const { return winograd_part(tiles, blocks, i); }
  WinogradRange channels(std::int64_t slice) const;
};

}  // namespace dlis
