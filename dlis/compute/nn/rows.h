// Operators that work on whole rows of elements (Softmax, LRN): every row, whatever its strides, is
// handed to a kernel as contiguous elements.
#pragma once
#include "dlis/compute/nn/blob.h"
#include "dlis/compute/nn/loops.h"

namespace dlis::nn {

struct RowsParams {
  Loops outer;  // operands: output, input, then others; one iteration a row
  Loops row;    // the same operands within a row
  Tiling tiling;
  std::int64_t length = 1;   // of a row
  std::int64_t buffer = 16;  // floats of scratch a worker has for a row: length, rounded up
};

// Rows along the axes marked in `along`. `more`: strides of further operands of a row, such as its
// weights, by the input's axes.
RowsParams rows_of(const OpProblem& problem, const std::vector<bool>& along,
                   std::span<const Shape> more = {});
std::int64_t row_tiles(const RowsParams& params);

// One run: where rows are not contiguous they pass through `gathered`, a buffer of `length` floats
// that belongs to the worker; kernels work in place there.
struct RowsCall {
  const RowsParams& params;
  const float* in;
  float* out;
  float* gathered;  // a row, where rows are not contiguous
};
void read_row(const Loops& row, int operand, const float* from, float* to);
void write_row(const Loops& row, const float* from, float* to);

// Calls f(in, out) with `length` contiguous elements each, for every row of the tiles.
template <class F>
void for_rows(const RowsCall& call, Range range, F&& f) {
  const RowsParams& p = call.params;
  const bool reads_straight = p.row.rank <= 1 && p.row.col_stride(1) == 1;
  const bool writes_straight = p.row.rank <= 1 && p.row.col_stride(0) == 1;
  for (std::int64_t tile = range.begin; tile < range.end; ++tile)
    for_tile(
        p.outer, p.tiling, tile, [&](std::int64_t rows, std::int64_t cols, const std::int64_t* at) {
          for (std::int64_t r = 0; r < rows; ++r)
            for (std::int64_t c = 0; c < cols; ++c) {
              const float* in =
                  call.in + at[1] + r * p.outer.row_stride(1) + c * p.outer.col_stride(1);
              float* out = call.out + at[0] + r * p.outer.row_stride(0) + c * p.outer.col_stride(0);
              if (!reads_straight) read_row(p.row, 1, in, call.gathered);
              f(reads_straight ? in : call.gathered, writes_straight ? out : call.gathered);
              if (!writes_straight) write_row(p.row, call.gathered, out);
            }
        });
}

}  // namespace dlis::nn
