// Rounds between two looks at the ceilings.
#include "dlis/runtime/turns.h"

#include <algorithm>

#include "dlis/runtime/measure.h"

namespace dlis {
namespace {

constexpr double kSteady = 0.9;         // of the best ceiling
constexpr double kMostWatching = 0.01;  // seconds of each loop, between two rounds

}  // namespace

double Round::gflops() const { return std::min(before.gflops, after.gflops); }

Ceiling Round::ceiling() const { return higher_of(before, after); }

std::vector<double> Turns::samples(const std::function<double(const Round&)>& value) const {
  std::vector<double> out;
  for (std::size_t i = 0; i < rounds.size(); ++i)
    if (keeps[i]) out.push_back(value(rounds[i]));
  return out;
}

std::vector<double> Turns::times(std::size_t candidate) const {
  return samples([&](const Round& round) { return round.ms[candidate]; });
}

Estimate Turns::ratio(std::size_t candidate, std::size_t to) const {
  return estimate_median(
      samples([&](const Round& round) { return round.ms[candidate] / round.ms[to]; }));
}

Turns sorted_out(std::vector<Round> rounds) {
  Turns turns;
  double best = 0;
  for (const Round& round : rounds) best = std::max(best, round.ceiling().gflops);
  for (const Round& round : rounds) turns.keeps.push_back(round.gflops() >= kSteady * best);
  turns.kept = int(std::ranges::count(turns.keeps, true));
  if (turns.kept == 0) turns.keeps.assign(rounds.size(), true);
  turns.rounds = std::move(rounds);
  return turns;
}

Turns measure_in_turns(std::span<const std::function<void()>> candidates, int threads, int rounds,
                       double seconds) {
  CeilingWatch watch(threads);
  const double watching = std::min(seconds, kMostWatching);
  std::vector<Round> seen;
  Ceiling before = watch.measure(watching);
  for (int index = 0; index < rounds; ++index) {
    Round round{std::vector<double>(candidates.size()), before, {}};
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const std::size_t turn = index % 2 ? candidates.size() - 1 - i : i;
      round.ms[turn] = measure(candidates[turn], seconds, 1).median_ms;
    }
    round.after = before = watch.measure(watching);
    seen.push_back(std::move(round));
  }
  return sorted_out(std::move(seen));
}

}  // namespace dlis
