// The schedule `stealing:chunk=N`: equal shares, and who is done takes half of what another has
// left.
#include <algorithm>

#include "dlis/base/divide.h"
#include "dlis/compute/parallel/schedule.h"

namespace dlis {
namespace {

// What a worker has left lies in one word, the first tile below and the end above, so that taking
// from the front and from the back are each one exchange. A tile that was taken never comes back,
// so a word that is unchanged means that nothing happened.
//
// Beyond 2^32 tiles a word counts in units of several.
std::int64_t unit_of(std::int64_t tiles) { return 1 + (tiles >> 31); }

std::uint64_t word(std::int64_t begin, std::int64_t end) {
  return std::uint64_t(end) << 32 | std::uint64_t(begin);
}
std::int64_t begin_of(std::uint64_t left) { return std::int64_t(left & 0xffffffffu); }
std::int64_t end_of(std::uint64_t left) { return std::int64_t(left >> 32); }
std::int64_t size_of(std::uint64_t left) { return end_of(left) - begin_of(left); }

void begin(ScheduleState& state) {
  const std::int64_t units = divide_up(state.tiles, unit_of(state.tiles)), workers = state.workers;
  const std::int64_t share = units / workers, larger = units % workers;
  for (std::int64_t i = 0; i < workers; ++i) {
    const std::int64_t first = i * share + std::min(i, larger);
    state.slots[std::size_t(i)].left.store(word(first, first + share + (i < larger)),
                                           std::memory_order_relaxed);
  }
}

// A quarter of its own, at least a chunk: most calls of a kernel are long, and what is not begun
// can be stolen.
bool take_own(ScheduleState& state, int worker, Range& range) {
  constexpr std::int64_t kPart = 4;
  auto& left = state.slots[std::size_t(worker)].left;
  std::uint64_t seen = left.load(std::memory_order_relaxed);
  std::int64_t size = 0;
  do {
    if (size_of(seen) == 0) return false;
    const std::int64_t chunk = divide_up(state.chunk, unit_of(state.tiles));
    size = std::min(size_of(seen), std::max(chunk, size_of(seen) / kPart));
  } while (!left.compare_exchange_weak(seen, word(begin_of(seen) + size, end_of(seen)),
                                       std::memory_order_relaxed));
  const std::int64_t unit = unit_of(state.tiles);
  range = {begin_of(seen) * unit, std::min(state.tiles, (begin_of(seen) + size) * unit)};
  return true;
}

// Half of what the fullest other has left, from its back; false where all are empty. What a thief
// holds between the two words is his alone, so others may end their phase without it.
bool steal(ScheduleState& state, int worker) {
  for (;;) {
    ScheduleSlot* fullest = nullptr;
    std::uint64_t seen = 0;
    for (int i = 0; i < state.workers; ++i) {
      const std::uint64_t left = state.slots[std::size_t(i)].left.load(std::memory_order_relaxed);
      if (size_of(left) > size_of(seen)) fullest = &state.slots[std::size_t(i)], seen = left;
    }
    if (!fullest) return false;
    const std::int64_t middle = begin_of(seen) + size_of(seen) / 2;
    if (!fullest->left.compare_exchange_strong(seen, word(begin_of(seen), middle),
                                               std::memory_order_relaxed))
      continue;
    state.slots[std::size_t(worker)].left.store(word(middle, end_of(seen)),
                                                std::memory_order_relaxed);
    return true;
  }
}

bool take(ScheduleState& state, int worker, int, Range& range) {
  while (!take_own(state, worker, range))
    if (!steal(state, worker)) return false;
  return true;
}

}  // namespace

extern constinit const Schedule stealing_row{
    .name = "stealing",
    .summary = "equal shares; who is done takes half of what the slowest has left",
    .has_chunk = true,
    .begin = begin,
    .take = take};

}  // namespace dlis
