// Blocks alive at once never overlap, and the arena stays near the bound.
#include "dlis/runtime/memory.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace dlis {
namespace {

TEST(Memory, ChainNeedsTwoNeighbours) {
  std::vector<Block> blocks{{6400, 0, 1}, {3200, 1, 2}, {3200, 2, 3}, {6400, 3, 4}};
  EXPECT_EQ(lay_out(blocks), 9600u);
  EXPECT_EQ(largest_live_sum(blocks), 9600u);
}

TEST(Memory, NothingNeedsNothing) {
  std::vector<Block> blocks;
  EXPECT_EQ(lay_out(blocks), 0u);
  EXPECT_EQ(largest_live_sum(blocks), 0u);
}

RC_GTEST_PROP(Memory, BlocksAliveTogetherAreApart, ()) {
  std::vector<Block> blocks(std::size_t(*rc::gen::inRange(1, 40)));
  for (Block& block : blocks) {
    block.bytes = std::size_t(*rc::gen::inRange(1, 10000));
    block.first = *rc::gen::inRange(0, 50);
    block.last = block.first + *rc::gen::inRange(0, 10);
  }
  const std::size_t size = lay_out(blocks);
  RC_ASSERT(size >= largest_live_sum(blocks));
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const Block& a = blocks[i];
    RC_ASSERT(a.offset % 64 == 0);
    RC_ASSERT(a.offset + a.bytes <= size);
    for (std::size_t j = 0; j < i; ++j) {
      const Block& b = blocks[j];
      const bool together = a.first <= b.last && b.first <= a.last;
      RC_ASSERT(!together || a.offset + a.bytes <= b.offset || b.offset + b.bytes <= a.offset);
    }
  }
}

}  // namespace
}  // namespace dlis
