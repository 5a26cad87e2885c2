// Which stacks to evaluate next, given what is known: the decisions of a budgeted exploration,
// without files and clocks, so that recorded grids replay them.
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "dlis/explore/guess.h"
#include "dlis/explore/hypervolume.h"

namespace dlis {

// What an evaluation gives: percent, milliseconds, bytes.
struct Achieved {
  double top1 = 0, ms = 0, bytes = 0;
};
// The corner of the hypervolume: a stack with less top-1, more time or more bytes counts nothing.
using Reference = Achieved;
// 0 at 100 % of top-1, no time and no bytes; 1 at the reference.
Point3 point_of(const Achieved& achieved, const Reference& reference);

// The axes of a prospect in AxisValues. A technique is several axes: what it takes out, how much
// of it, and in which numbers the rest computes, so that stacks that share one of these are alike.
enum SearchAxis {
  kModel,
  kSurgery,
  kStrength,
  kNumbers,
  kFormat,
  kCompute,
  kSchedule,
  kPlace,
  kAxes
};

struct Prospect {
  AxisValues axes;                   // kAxes of them
  double extra_seconds = 0;          // what the first of its technique costs beside: retraining
  bool evaluated = false;            // or dropped: not proposed any more
  double seconds = 0;                // that evaluating it took
  std::optional<Achieved> achieved;  // none: not evaluated, or refused
};

// Tuned on the grids of tests/golden/grids (search_test.cpp has the figures).
struct SearchSettings {
  GuessSettings top1, ms, bytes;  // the last two of logarithms
  double optimism = 1;            // standard deviations by which a guess is bettered
  std::size_t batch = 4;          // stacks in a round
  double least_gain = 0.002;      // ends where no stack may add this share of the hypervolume
  double thrift = 1;              // gains are divided by seconds to this power
};
SearchSettings default_search();

// Indices of the next round, best first; empty where nothing is left that may gain. The first round
// is the first prospect alone: the dense network. Later rounds, at most as many stacks as are
// known and at most `batch`, take the prospects whose optimistic guess adds most hypervolume for
// its time (the first stack of a technique is expected to take as long as those of other techniques
// did: it compresses); each that is taken counts as evaluated to its guess when the next one is
// chosen.
std::vector<std::size_t> propose(std::span<const Prospect> prospects, const Reference& reference,
                                 const SearchSettings& settings = default_search());

// Seconds that a prospect will take, as `propose` expects them.
std::vector<double> expected_seconds(std::span<const Prospect> prospects);

}  // namespace dlis
