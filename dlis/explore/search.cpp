// Rounds of a search: one stack of each technique, then what promises most.
#include "dlis/explore/search.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace dlis {
namespace {

std::vector<std::size_t> first_of_each_technique(std::span<const Candidate> candidates) {
  std::set<std::pair<std::string, std::string>> known;
  const auto technique = [](const Candidate& c) { return std::pair(c.axes[0], c.axes[1]); };
  for (const Candidate& c : candidates)
    if (c.evaluated) known.insert(technique(c));
  std::vector<std::size_t> first;
  for (std::size_t i = 0; i < candidates.size(); ++i)
    if (known.insert(technique(candidates[i])).second) first.push_back(i);
  return first;
}

struct Expected {
  std::size_t index = 0;
  Achieved likely, hoped;
};

// What each candidate that was not evaluated would give.
std::vector<Expected> expected_of(std::span<const Candidate> candidates,
                                  const SearchSettings& settings) {
  std::vector<AxisValues> known, asked;
  std::vector<double> top1, ms, bytes;
  std::vector<Expected> all;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& c = candidates[i];
    if (!c.evaluated) {
      asked.push_back(c.axes);
      all.push_back({i, {}, {}});
    } else if (c.achieved) {
      known.push_back(c.axes);
      top1.push_back(c.achieved->top1);
      ms.push_back(std::log(c.achieved->ms));
      bytes.push_back(std::log(c.achieved->bytes));
    }
  }
  const auto of = [&](const std::vector<double>& values, const GuessSettings& how) {
    return guesses(known, values, asked, how);
  };
  const auto t = of(top1, settings.top1), m = of(ms, settings.ms), b = of(bytes, settings.bytes);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double hope = settings.optimism;
    all[i].likely = {t[i].mean, std::exp(m[i].mean), std::exp(b[i].mean)};
    all[i].hoped = {t[i].mean + hope * t[i].sigma, std::exp(m[i].mean - hope * m[i].sigma),
                    std::exp(b[i].mean - hope * b[i].sigma)};
  }
  return all;
}

double volume_with(std::vector<Point3> front, const Point3& point) {
  front.push_back(point);
  return hypervolume(front);
}

}  // namespace

Point3 point_of(const Achieved& achieved, const Reference& reference) {
  return {(100 - achieved.top1) / std::max(1e-9, 100 - reference.top1), achieved.ms / reference.ms,
          achieved.bytes / reference.bytes};
}

std::vector<std::size_t> propose(std::span<const Candidate> candidates, const Reference& reference,
                                 const SearchSettings& settings) {
  if (auto first = first_of_each_technique(candidates); !first.empty()) return first;
  std::vector<Expected> left = expected_of(candidates, settings);
  std::vector<Point3> points;
  for (const Candidate& c : candidates)
    if (c.achieved) points.push_back(point_of(*c.achieved, reference));
  std::vector<Point3> front = front_of(points);
  const double reached = hypervolume(front);
  std::vector<std::size_t> chosen;
  while (chosen.size() < settings.batch && !left.empty()) {
    const double now = hypervolume(front);
    std::size_t best = 0;
    double most = -1;
    for (std::size_t i = 0; i < left.size(); ++i) {
      const double gain = volume_with(front, point_of(left[i].hoped, reference)) - now;
      if (gain > most) most = gain, best = i;
    }
    if (most <= settings.least_gain * reached) break;
    chosen.push_back(left[best].index);
    front.push_back(point_of(left[best].likely, reference));
    front = front_of(front);
    left.erase(left.begin() + std::ptrdiff_t(best));
  }
  return chosen;
}

SearchSettings default_search() {
  // model, technique, format, compute, schedule, device
  return {.top1 = {{0.3, 0.3, 0.97, 0.99, 0.999, 0.99}, 0.002},
          .ms = {{0.5, 0.7, 0.5, 0.7, 0.97, 0.8}, 0.02},
          .bytes = {{0.5, 0.7, 0.4, 0.7, 0.97, 0.8}, 0.02},
          .optimism = 0.6,
          .batch = 4,
          .least_gain = 0.002};
}

}  // namespace dlis
