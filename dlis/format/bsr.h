// How the format `bsr` keeps weights, for the kernels that unpack it.
#pragma once
#include "dlis/format/gaps.h"

namespace dlis {

// Blocks of 16 neighbouring output channels at one place (r, s, c); the last channels' may be
// smaller. A block row is 16 output channels, its columns are those of gaps.h. parts:
//   [0] f32  the blocks that are not all +0, block row by block row, channels innermost; of
//            `bsr_bf16` bf16, of `bsr_int8` i8
//   [1] u8   the gaps: blocks of zeros before each, as codes
//   [2] u8   blocks per block row, little-endian, in the fewest bytes that hold the largest
//   [3] u8   one byte: the code's threshold less one
//   [4] f32  only of `bsr_int8`: a scale an output channel
inline constexpr std::int64_t kBlockChannels = 16;

// The same, with plain indices. Values are as they are stored.
struct BsrRows {
  SparseColumns blocks;  // by block row
  Tensor values;
};
BsrRows read_bsr(const Encoded& encoded);

bool is_bsr(const Format* format);  // any of the three

}  // namespace dlis
