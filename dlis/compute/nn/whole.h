// Elementwise operators on integers: plain ones, which wrap around, and sums of bytes that stand
// for reals.
#pragma once
#include "dlis/compute/nn/blob.h"
#include "dlis/compute/nn/loops.h"

namespace dlis::nn {

enum class Whole : std::uint8_t { none, add, sub, mul, div, max, min, clip };

// All of one integer type without scales; for `add` also two inputs of bytes with scales.
Verdict whole_accepts(const OpProblem& problem, Whole whole);
// One tile's loops: operand 0 is the output. Bounds are those of a Clip.
struct WholeTile {
  const Loops& loops;
  const Tiling& tiling;
  std::int64_t tile;
  float low = 0, high = 0;
};
void run_whole(const OpProblem& problem, const Call& call, Whole whole, const WholeTile& tile);

}  // namespace dlis::nn
