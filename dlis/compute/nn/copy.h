// Moving elements between views: the base of Concat, Split, Slice, Transpose, Reshape and the like.
#pragma once
#include "dlis/compute/nn/blob.h"
#include "dlis/compute/nn/loops.h"

namespace dlis::nn {

// Copies a block of rows x cols elements of `size` bytes (1, 2, 4 or 8); strides in elements.
struct Strides2 {
  std::int64_t row, col;
};
void copy_block(std::size_t size, std::int64_t rows, std::int64_t cols, std::byte* out,
                Strides2 out_strides, const std::byte* in, Strides2 in_strides);

// One affine copy: for all iterations, out[..] = in[origin + ..]. Operand 0 is the output.
struct CopyPart {
  Loops loops;
  Tiling tiling;
  std::int64_t tile_begin = 0;                 // of this part among the tiles of all parts
  std::int64_t out_origin = 0, in_origin = 0;  // elements
  int input = 0, output = 0;
  std::size_t element_bytes = 4;
};

// A row whose work is a list of affine copies is described by one function.
using Parts = std::vector<CopyPart> (*)(const OpProblem&);

// A copy of `shape` with the given strides and origins; loops and tiles filled in.
CopyPart copy_part(const OpProblem& problem, const Shape& shape, const Shape& out_strides,
                   const Shape& in_strides);
CopyPart copy_part(const OpProblem& problem, Loops loops);

// The parts with their number in front, as `run_copies` reads them.
Blob pack_copies(std::span<const CopyPart> parts);
void run_copies(const OpProblem& problem, const Call& call, Range range);
std::int64_t count_tiles(std::span<const CopyPart> parts);

template <Parts parts>
Blob build_copies(const OpProblem& problem) {
  return pack_copies(parts(problem));
}
template <Parts parts>
std::int64_t copy_tiles(const OpProblem& problem, int) {
  return count_tiles(parts(problem));
}
inline void copy_run(const OpProblem& problem, const Call& call, int, Range range, Worker) {
  run_copies(problem, call, range);
}

// The row of an operator that only moves elements.
template <Parts parts>
constexpr OpRow copy_row(const char* name, const char* summary,
                         Verdict (*accepts)(const OpProblem&)) {
  return {.name = name,
          .summary = summary,
          .tolerance = {0},
          .accepts = accepts,
          .packed_bytes = packed_bytes<build_copies<parts>>,
          .pack = pack<build_copies<parts>>,
          .scratch_bytes = no_scratch,
          .phases = one_phase,
          .tiles = copy_tiles<parts>,
          .run = copy_run};
}

}  // namespace dlis::nn
