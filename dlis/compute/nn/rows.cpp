#include "dlis/compute/nn/rows.h"

namespace dlis::nn {

constexpr std::int64_t kTileElements = 8192;

RowsParams rows_of(const OpProblem& problem, const std::vector<bool>& along,
                   std::span<const Shape> more) {
  const TensorDesc in = input_desc(problem, 0);
  const TensorDesc& out = problem.outputs[0];
  RowsParams params;
  params.outer.operands = params.row.operands = 2 + int(more.size());
  for (int axis = 0; axis < in.shape.rank(); ++axis) {
    std::vector<std::int64_t> strides = {out.strides[axis], in.strides[axis]};
    for (const Shape& others : more) strides.push_back(others[axis]);
    add_axis(along[std::size_t(axis)] ? params.row : params.outer, in.shape[axis], strides);
  }
  for (Loops* loops : {&params.outer, &params.row}) {
    sort_axes(*loops);
    collapse_axes(*loops);
  }
  params.length = params.row.count();
  params.buffer = (params.length + 31) / 16 * 16;
  const std::int64_t target = kTileElements / std::max<std::int64_t>(params.length, 1);
  params.tiling = make_tiling(params.outer, problem.workers, std::max<std::int64_t>(target, 1));
  return params;
}

std::int64_t row_tiles(const RowsParams& params) {
  return params.length == 0 ? 0 : params.tiling.count();
}

void read_row(const Loops& row, int operand, const float* from, float* to) {
  for_all(row, [&](std::int64_t rows, std::int64_t cols, const std::int64_t* at) {
    for (std::int64_t r = 0; r < rows; ++r) {
      const float* p = from + at[operand] + r * row.row_stride(operand);
      for (std::int64_t c = 0; c < cols; ++c) *to++ = p[c * row.col_stride(operand)];
    }
  });
}

void write_row(const Loops& row, const float* from, float* to) {
  for_all(row, [&](std::int64_t rows, std::int64_t cols, const std::int64_t* at) {
    for (std::int64_t r = 0; r < rows; ++r) {
      float* p = to + at[0] + r * row.row_stride(0);
      for (std::int64_t c = 0; c < cols; ++c) p[c * row.col_stride(0)] = *from++;
    }
  });
}

}  // namespace dlis::nn
