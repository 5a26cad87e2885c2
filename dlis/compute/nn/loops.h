// Nested loops over several strided operands at once, with jointly contiguous axes collapsed.
#pragma once
#include <algorithm>
#include <span>

#include "dlis/compute/row.h"

namespace dlis::nn {

inline constexpr int kMaxLoops = 16;     // two shapes of rank 8, refined against each other
inline constexpr int kMaxOperands = 17;  // an output and sixteen inputs

// Axes from the outermost to the innermost; strides in elements. Operand 0 decides the order: its
// smallest stride is innermost. Plain data, so that it may lie in packed parameters.
struct Loops {
  int rank = 0;
  int operands = 0;
  std::int64_t extent[kMaxLoops] = {};
  std::int64_t stride[kMaxOperands][kMaxLoops] = {};

  std::int64_t count() const;
  std::int64_t cols() const { return rank > 0 ? extent[rank - 1] : 1; }
  std::int64_t rows() const { return rank > 1 ? extent[rank - 2] : 1; }
  std::int64_t col_stride(int operand) const { return rank > 0 ? stride[operand][rank - 1] : 1; }
  std::int64_t row_stride(int operand) const { return rank > 1 ? stride[operand][rank - 2] : 0; }
};

// Loops over `shape` with one Shape of strides an operand (0 repeats), sorted and collapsed.
Loops make_loops(const Shape& shape, std::span<const Shape> strides);
void add_axis(Loops& loops, std::int64_t extent, std::span<const std::int64_t> strides);
void sort_axes(Loops& loops);      // by the strides of operand 0, the largest first
void collapse_axes(Loops& loops);  // drops extents of 1, joins axes that are contiguous for all

// The strides that read `desc` as if broadcast to `shape` (numpy's rule).
Shape broadcast_strides(const TensorDesc& desc, const Shape& shape);

// How the iterations are cut into tiles: groups of rows, or pieces of one row where rows are long.
struct Tiling {
  std::int64_t rows = 1, cols = 1;  // of the whole; rows: everything but the innermost axis
  std::int64_t row_step = 1, col_step = 1;
  std::int64_t col_tiles() const { return (cols + col_step - 1) / col_step; }
  std::int64_t count() const;
};

// Tiles of about `target` iterations, down to an eighth of it where workers would be left without a
// tile; pieces of a row are multiples of 16 elements.
Tiling make_tiling(const Loops& loops, int workers, std::int64_t target);

// Calls f(rows, cols, offsets): a block of the two innermost axes, offsets[o] in elements.
template <class F>
void for_tile(const Loops& loops, const Tiling& tiling, std::int64_t tile, F&& f) {
  const std::int64_t col_tiles = tiling.col_tiles();
  const std::int64_t col = tile % col_tiles * tiling.col_step;
  const std::int64_t cols = std::min(tiling.col_step, tiling.cols - col);
  const std::int64_t first = tile / col_tiles * tiling.row_step;
  const std::int64_t last = std::min(tiling.rows, first + tiling.row_step);
  const std::int64_t inner = loops.rows();
  std::int64_t offsets[kMaxOperands];
  for (std::int64_t row = first; row < last;) {
    const std::int64_t at = row % inner;
    const std::int64_t rows = std::min(inner - at, last - row);
    for (int o = 0; o < loops.operands; ++o)
      offsets[o] = at * loops.row_stride(o) + col * loops.col_stride(o);
    std::int64_t outer = row / inner;
    for (int axis = loops.rank - 3; axis >= 0; --axis) {
      const std::int64_t index = outer % loops.extent[axis];
      outer /= loops.extent[axis];
      for (int o = 0; o < loops.operands; ++o) offsets[o] += index * loops.stride[o][axis];
    }
    f(rows, cols, static_cast<const std::int64_t*>(offsets));
    row += rows;
  }
}

// All iterations, block by block.
template <class F>
void for_all(const Loops& loops, F&& f) {
  const std::int64_t count = loops.count();
  if (count == 0) return;
  const Tiling whole{count / loops.cols(), loops.cols(), count / loops.cols(), loops.cols()};
  for_tile(loops, whole, 0, f);
}

}  // namespace dlis::nn
