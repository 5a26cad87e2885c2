// How the format `csr` keeps weights, for the kernels that unpack it.
#pragma once
#include <cstdint>
#include <vector>

#include "dlis/format/encoded.h"

namespace dlis {

// A row is an output channel (axis 0). Its columns run over the other axes with axis 1 innermost:
// r, s, c for a convolution's OIHW, c for a dense layer. parts:
//   [0] f32  the non-zero values (any bit pattern but +0), row by row
//   [1] u8   the gaps: zeros between a value and the one before it in its row, as codes
//   [2] u8   values per row, little-endian, in the fewest bytes that hold the largest
//   [3] u8   one byte: the code's threshold less one
// With threshold T a code below T is a gap. A code from T to 254 and the byte after it are the gap
// T + (code - T) * 256 + byte. The code 255, where T <= 255, skips gap_reach(T) zeros and another
// code follows. So T = 256 is plain 8-bit deltas, T = 255 the same with an escape, T = 0 would be
// 16-bit deltas; the encoder takes the T in [1, 256] that needs the fewest bytes for this tensor.
constexpr std::int64_t gap_reach(int threshold) {
  return threshold + (255 - threshold) * std::int64_t{256};
}

// The same, with plain indices.
struct CsrRows {
  std::int64_t columns = 0;
  std::vector<std::int64_t> starts;   // rows + 1
  std::vector<std::uint32_t> column;  // ascending within a row
  std::span<const float> values;      // of the encoded tensor, which has to outlive this
};
CsrRows read_csr(const Encoded& encoded);

}  // namespace dlis
