// What cheap measurements tell of a stack: whether it is worth a full one. Decisions only, without
// files and clocks.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "dlis/explore/constraints.h"
#include "dlis/explore/search.h"
#include "dlis/explore/stack.h"

namespace dlis {

// The axes of the search. A technique of several steps has each in its place: `weight_prune`,
// `winograd_prune` and `channel_prune` take out, the others decide about the numbers.
AxisValues axes_of(const Stack& stack);

// None of a refused stack. Where top-1 is not known the agreement stands for it, or 0.
std::optional<Achieved> achieved_of(const Record& record);

// The corner of the search: 10 points of top-1 below the dense network, 1.1 times its time and its
// memory; with constraints not beyond them. The bound on top-1 counts less the uncertainty of the
// images.
Reference reference_of(const Record& dense, const Constraints& constraints);

// Why no stack of this record's network and technique can keep the constraints, whatever its format
// and device: its file is too large, or the 95 % interval of its top-1 lies below the bound. Empty:
// one may.
std::string doomed(const Record& record, const Constraints& constraints);

// For each screened record why it is dropped, empty for those that go on: it was refused; doomed;
// beyond a bound on time or memory by more than a tenth; or dominated: another one that goes on is
// at least as fast, as small in memory and as accurate, for sure (the same network and technique;
// else better by half the half-width of its top-1's interval). The first record is the dense
// network and goes on always.
std::vector<std::string> drop_reasons(std::span<const Record> screened,
                                      const Constraints& constraints);

// Those that go on, in the order in which they are measured: the first record, then those that are
// likely to be the answer.
std::vector<std::size_t> finals_of(std::span<const Record> screened,
                                   std::span<const std::string> dropped,
                                   const Constraints& constraints);

inline constexpr const char* kDropped = "dropped: ";  // how a record's `refused` begins then
bool was_dropped(const Record& record);

}  // namespace dlis
