// How the format `csr` keeps weights, for the kernels that unpack it.
#pragma once
#include "dlis/format/gaps.h"

namespace dlis {

// Rows and columns: gaps.h. parts:
//   [0] f32  the non-zero values (any bit pattern but +0), row by row; of `csr_bf16` bf16, of
//            `csr_int8` i8, which may have become 0
//   [1] u8   the gaps: zeros between a value and the one before it in its row, as codes
//   [2] u8   values per row, little-endian, in the fewest bytes that hold the largest
//   [3] u8   one byte: the code's threshold less one
//   [4] f32  only of `csr_int8`: a scale a row

// The same, with plain indices. Values are as they are stored.
struct CsrRows {
  std::vector<std::int64_t> starts;   // rows + 1
  std::vector<std::uint32_t> column;  // ascending within a row
  Tensor values;
};
CsrRows read_csr(const Encoded& encoded);

bool is_csr(const Format* format);  // any of the three

}  // namespace dlis
