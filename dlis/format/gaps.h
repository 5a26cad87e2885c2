// What sparse formats share: the order of columns, and gaps between stored ones as codes.
#pragma once
#include <cstdint>
#include <vector>

#include "dlis/format/encoded.h"

namespace dlis {

// A row is an output channel (axis 0). Its columns run over the other axes with axis 1 innermost:
// r, s, c for a convolution's OIHW, c for a dense layer.
struct Extents {
  std::int64_t rows, outer, inner, columns;  // columns = inner (axis 1) * outer (the axes after it)
  // Where a column lies in its row-major row.
  std::int64_t source(std::int64_t column) const { return column % inner * outer + column / inner; }
};
Extents extents_of(const Shape& shape);

// With threshold T a code below T is a gap. A code from T to 254 and the byte after it are the gap
// T + (code - T) * 256 + byte. The code 255, where T <= 255, skips gap_reach(T) columns and another
// code follows. So T = 256 is plain 8-bit deltas, T = 255 the same with an escape, T = 0 would be
// 16-bit deltas; the encoder takes the T in [1, 256] that needs the fewest bytes for this tensor.
constexpr std::int64_t gap_reach(int threshold) {
  return threshold + (255 - threshold) * std::int64_t{256};
}
void append_gap(std::vector<std::uint8_t>& codes, std::int64_t gap, int threshold);
std::int64_t read_gap(const std::uint8_t*& code, int threshold);

// Of all stored columns of a tensor: what a format's sizes depend on.
struct Census {
  std::vector<std::int64_t> gaps;    // how often each gap occurs
  std::vector<std::int64_t> counts;  // stored columns of each row
  std::int64_t stored = 0;
  explicit Census(const Extents& e) : gaps(std::size_t(e.columns)), counts(std::size_t(e.rows)) {}
  void add(std::int64_t row, std::int64_t gap) {
    ++gaps[std::size_t(gap)], ++counts[std::size_t(row)], ++stored;
  }
  int best_threshold() const;
  // Gaps in the fewest whole bytes that hold each, counts at the narrowest common width.
  std::int64_t minimum_bytes() const;
};

// The format that keeps all values the way a sparse one keeps its own of that type: `dense`,
// `bf16`, or `int8` with a scale a channel. What it stores for +0 is 0 in every bit, and back.
const Format& dense_format(DType value_type);

// What sparse formats keep: the values, the codes of their gaps (u8), stored columns a row (u8,
// little-endian, in the fewest bytes that hold the largest), the threshold less one (u8), and of
// `all`, the weights in dense_format, what comes after the values there.
std::vector<Tensor> sparse_parts(const Tensor& values, const std::vector<std::uint8_t>& codes,
                                 const Census& census, int threshold, const Encoded& all);
// The weights in dense_format whose values are `values`, with what `sparse` has beside its own.
Tensor decode_dense(const Tensor& values, const Encoded& sparse);

// The stored columns of each of `rows` rows, ascending, from such parts.
struct SparseColumns {
  std::vector<std::int64_t> starts;  // rows + 1
  std::vector<std::uint32_t> column;
};
SparseColumns read_columns(std::int64_t rows, const Encoded& encoded);

}  // namespace dlis
