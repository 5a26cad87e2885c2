#include "dlis/compute/nn/loops.h"

#include <algorithm>
#include <cstdlib>

namespace dlis::nn {

std::int64_t Loops::count() const {
  std::int64_t total = 1;
  for (int i = 0; i < rank; ++i) total *= extent[i];
  return total;
}

void add_axis(Loops& loops, std::int64_t extent, std::span<const std::int64_t> strides) {
  DLIS_ASSERT(loops.rank < kMaxLoops && int(strides.size()) == loops.operands);
  loops.extent[loops.rank] = extent;
  for (int o = 0; o < loops.operands; ++o) loops.stride[o][loops.rank] = strides[std::size_t(o)];
  ++loops.rank;
}

namespace {

void copy_axis(Loops& loops, int to, int from) {
  loops.extent[to] = loops.extent[from];
  for (int o = 0; o < loops.operands; ++o) loops.stride[o][to] = loops.stride[o][from];
}

void swap_axes(Loops& loops, int a, int b) {
  std::swap(loops.extent[a], loops.extent[b]);
  for (int o = 0; o < loops.operands; ++o) std::swap(loops.stride[o][a], loops.stride[o][b]);
}

// Whether stepping `outer` once is the same as running `inner` to its end, for every operand.
bool joins(const Loops& loops, int outer, int inner) {
  for (int o = 0; o < loops.operands; ++o)
    if (loops.stride[o][outer] != loops.stride[o][inner] * loops.extent[inner]) return false;
  return true;
}

}  // namespace

void sort_axes(Loops& loops) {
  for (int i = 1; i < loops.rank; ++i)
    for (int j = i; j > 0 && std::abs(loops.stride[0][j - 1]) < std::abs(loops.stride[0][j]); --j)
      swap_axes(loops, j - 1, j);
}

void collapse_axes(Loops& loops) {
  int last = -1;  // the axes up to here are final
  for (int i = 0; i < loops.rank; ++i) {
    if (loops.extent[i] == 1) continue;
    if (last >= 0 && joins(loops, last, i)) {
      const std::int64_t outer = loops.extent[last];
      copy_axis(loops, last, i);
      loops.extent[last] *= outer;
    } else {
      copy_axis(loops, ++last, i);
    }
  }
  loops.rank = last + 1;
}

Loops make_loops(const Shape& shape, std::span<const Shape> strides) {
  Loops loops;
  loops.operands = int(strides.size());
  DLIS_ASSERT(loops.operands <= kMaxOperands);
  for (int axis = 0; axis < shape.rank(); ++axis) {
    std::int64_t of_axis[kMaxOperands];
    for (std::size_t o = 0; o < strides.size(); ++o) of_axis[o] = strides[o][axis];
    add_axis(loops, shape[axis], {of_axis, strides.size()});
  }
  sort_axes(loops);
  collapse_axes(loops);
  return loops;
}

Shape broadcast_strides(const TensorDesc& desc, const Shape& shape) {
  Shape strides = shape;
  const int missing = shape.rank() - desc.shape.rank();
  DLIS_ASSERT(missing >= 0);
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const int own = axis - missing;
    strides[axis] = own < 0 || desc.shape[own] == 1 ? 0 : desc.strides[own];
  }
  return strides;
}

std::int64_t Tiling::count() const {
  if (rows == 0 || cols == 0) return 0;
  return (rows + row_step - 1) / row_step * col_tiles();
}

Tiling make_tiling(const Loops& loops, int workers, std::int64_t target) {
  const std::int64_t total = loops.count();
  Tiling tiling;
  tiling.cols = loops.cols();
  tiling.rows = tiling.cols == 0 ? 0 : total / tiling.cols;
  const std::int64_t share = workers > 1 ? total / (4 * std::int64_t(workers)) : total;
  const std::int64_t aim = std::max<std::int64_t>({std::min(target, share), target / 8, 1});
  tiling.col_step = std::max<std::int64_t>(std::min(tiling.cols, (aim + 15) / 16 * 16), 1);
  tiling.row_step =
      tiling.col_step < tiling.cols ? 1 : std::max<std::int64_t>(aim / tiling.col_step, 1);
  return tiling;
}

}  // namespace dlis::nn
