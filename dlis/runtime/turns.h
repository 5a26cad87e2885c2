// Compares candidates in turns: on machines whose speed changes, only ratios within a round count.
// (bench/peers/turns.py does so with processes.)
#pragma once
#include <functional>
#include <span>
#include <vector>

#include "dlis/base/statistics.h"
#include "dlis/hardware/ceiling.h"

namespace dlis {

struct Round {
  std::vector<double> ms;  // by candidate: the median of its runs
  Ceiling before, after;

  // The lower of the two: where it is low, the cores were slowed down.
  double gflops() const;
  // What was possible then: the higher of each.
  Ceiling ceiling() const;
};

struct Turns {
  std::vector<Round> rounds;
  // By round, whether its FMA ceilings reach 90 % of the best; all where none does.
  std::vector<bool> keeps;
  int kept = 0;  // 0: the machine was never steady, and the figures are of all rounds

  // `value(round)` of the rounds that count.
  std::vector<double> samples(const std::function<double(const Round&)>& value) const;
  std::vector<double> times(std::size_t candidate) const;
  // Of one candidate's time to the other's within a round.
  Estimate ratio(std::size_t candidate, std::size_t to) const;
};

// `rounds` rounds, each of which runs every candidate for about `seconds` (every second round in
// the opposite order), with the ceilings of `threads` threads measured between the rounds.
Turns measure_in_turns(std::span<const std::function<void()>> candidates, int threads, int rounds,
                       double seconds);

// Decides which of the rounds count; for rounds that come from elsewhere.
Turns sorted_out(std::vector<Round> rounds);

}  // namespace dlis
