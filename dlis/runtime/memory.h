// Lays memory blocks out in one arena by their lifetimes.
#pragma once
#include <cstddef>
#include <vector>

namespace dlis {

// A block alive from step `first` to step `last`, both included. `offset` is the answer.
struct Block {
  std::size_t bytes = 0;
  int first = 0, last = 0;
  std::size_t offset = 0;
};

// Sets the offsets (multiples of 64) and returns the arena's size. Blocks alive at once never
// overlap.
std::size_t lay_out(std::vector<Block>& blocks);

// The largest sum of bytes alive at one step: no layout can be smaller.
std::size_t largest_live_sum(const std::vector<Block>& blocks);

}  // namespace dlis
