// Greedy offset assignment in several orders; the smallest arena wins. The order by size (Pisarchyk
// and Lee 2020, "Efficient Memory Management for Deep Neural Net Inference", greedy by size) is
// optimal or nearly so on CNNs; the order by time wins on long chains with equal sizes.
#include "dlis/runtime/memory.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "dlis/base/divide.h"

namespace dlis {
namespace {

bool alive_together(const Block& a, const Block& b) {
  return a.first <= b.last && b.first <= a.last;
}

// The lowest gap between the blocks already placed that are alive with `block`.
std::size_t lowest_gap(const Block& block, std::vector<const Block*> placed) {
  std::erase_if(placed, [&](const Block* other) { return !alive_together(block, *other); });
  std::ranges::sort(placed, {}, [](const Block* b) { return b->offset; });
  std::size_t offset = 0;
  for (const Block* other : placed) {
    if (other->offset >= offset + aligned(block.bytes)) break;
    offset = std::max(offset, other->offset + aligned(other->bytes));
  }
  return offset;
}

std::size_t place_in_order(std::vector<Block>& blocks, const std::vector<std::size_t>& order) {
  std::vector<const Block*> placed;
  std::size_t end = 0;
  for (std::size_t i : order) {
    blocks[i].offset = lowest_gap(blocks[i], placed);
    end = std::max(end, blocks[i].offset + aligned(blocks[i].bytes));
    placed.push_back(&blocks[i]);
  }
  return end;
}

}  // namespace

std::size_t lay_out(std::vector<Block>& blocks) {
  using Before = std::function<bool(const Block&, const Block&)>;
  const Before by_size = [](auto& a, auto& b) { return a.bytes > b.bytes; };
  const Before by_start = [](auto& a, auto& b) { return a.first < b.first; };
  const Before by_span = [](auto& a, auto& b) {
    return a.bytes * std::size_t(a.last - a.first + 1) >
           b.bytes * std::size_t(b.last - b.first + 1);
  };
  std::vector<Block> best = blocks;
  std::size_t smallest = std::size_t(-1);
  for (const Before& before : {by_size, by_start, by_span}) {
    std::vector<std::size_t> order(blocks.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::ranges::stable_sort(order, [&](auto a, auto b) { return before(blocks[a], blocks[b]); });
    const std::size_t size = place_in_order(blocks, order);
    if (size < smallest) smallest = size, best = blocks;
  }
  blocks = std::move(best);
  return blocks.empty() ? 0 : smallest;
}

std::size_t largest_live_sum(const std::vector<Block>& blocks) {
  std::size_t largest = 0;
  for (const Block& at : blocks) {  // the sum only grows where a block begins
    std::size_t sum = 0;
    for (const Block& b : blocks)
      if (b.first <= at.first && at.first <= b.last) sum += b.bytes;
    largest = std::max(largest, sum);
  }
  return largest;
}

}  // namespace dlis
