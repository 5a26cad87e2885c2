// How sparse_direct cuts a problem: into tiles of output pixels, planes of inputs, blocks of
// channels.
#pragma once
#include <span>
#include <vector>

#include "dlis/compute/problem.h"

namespace dlis {

// A tile is `band` output rows of `images` images. Its inputs are kept channel by channel as planes
// whose element i, seen through one filter tap, belongs to output i: a tap is an offset into its
// plane, the same for all pixels. There is a plane for each s, so that taps beside each other read
// aligned vectors too (planes with a halo, read at any address, were 1.1 to 1.4 times slower on
// AVX-512), and one for each remainder of r * dilation by the stride. Rows of a plane are `pitch`
// floats, one for each output row and `row_shift` more.
struct SparseCut {
  std::int64_t band = 1, images = 1, bands = 1, image_blocks = 1;  // tiles of pixels
  std::int64_t k_blocks = 1;                                       // cut over outputs besides
  std::int64_t row_period = 1, row_planes = 1, row_shift = 0;
  std::int64_t column_planes = 1;
  std::int64_t pitch = 1, rows = 1;        // of a plane: floats a row, rows an image
  std::int64_t pixels = 0;                 // outputs of a tile with the gaps between, padded
  std::int64_t plane = 0, channel = 0;     // floats of a plane, of a channel's planes
  std::int64_t block_c = 1, c_blocks = 1;  // input channels summed at once
  std::int64_t gather_blocks = 1;          // of them turned into planes at once
  bool shifted = false;                    // one column plane for each s, so that taps align

  std::int64_t tiles() const { return image_blocks * bands * k_blocks; }
  // Floats from the first plane of a channel to what tap (r, s) reads for output 0.
  std::int64_t offset(const ConvProblem& p, std::int64_t r, std::int64_t s) const;
};

inline constexpr std::int64_t kSparseAlign = 16;       // lanes of the widest vector
inline constexpr std::int64_t kSparseReach = 1 << 16;  // offsets are 16 bits

SparseCut sparse_cut(const ConvProblem& problem);

// Where each of the k_blocks cuts over outputs begins, and the last one's end: ranges of filters
// that take about the same time, by the non-zeros of each filter. Some may be empty.
std::vector<std::uint32_t> cut_filters(const SparseCut& cut,
                                       std::span<const std::int64_t> non_zeros);

}  // namespace dlis
