// Rounds of a search: one stack of each technique, then what promises most.
#include "dlis/explore/search.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace dlis {
namespace {

using Technique = std::vector<std::string>;
Technique technique_of(const Prospect& c) {
  return {c.axes.begin() + kModel, c.axes.begin() + kNumbers + 1};
}

struct Expected {
  std::size_t index = 0;
  Achieved likely, hoped;
};

// By network, the best top-1 so far: compressing it is not hoped to add to that.
std::map<std::string, double> best_top1(std::span<const Prospect> prospects) {
  std::map<std::string, double> best;
  for (const Prospect& c : prospects)
    if (c.achieved) {
      double& top1 = best.try_emplace(c.axes[kModel], c.achieved->top1).first->second;
      top1 = std::max(top1, c.achieved->top1);
    }
  return best;
}

// What each prospect that was not evaluated would give.
std::vector<Expected> expected_of(std::span<const Prospect> prospects,
                                  const SearchSettings& settings) {
  std::vector<AxisValues> known, asked;
  std::vector<double> top1, ms, bytes;
  std::vector<Expected> all;
  for (std::size_t i = 0; i < prospects.size(); ++i) {
    const Prospect& c = prospects[i];
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
  const auto most = best_top1(prospects);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double hope = settings.optimism;
    all[i].likely = {t[i].mean, std::exp(m[i].mean), std::exp(b[i].mean)};
    all[i].hoped = {t[i].mean + hope * t[i].sigma, std::exp(m[i].mean - hope * m[i].sigma),
                    std::exp(b[i].mean - hope * b[i].sigma)};
    const auto limit = most.find(prospects[all[i].index].axes[kModel]);
    if (limit != most.end()) all[i].hoped.top1 = std::min(all[i].hoped.top1, limit->second);
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

// The first stack of a technique takes longer than those that follow: it compresses, and retrains.
std::vector<double> expected_seconds(std::span<const Prospect> prospects) {
  std::map<Technique, const Prospect*> longest;
  for (const Prospect& c : prospects)
    if (c.evaluated) {
      const Prospect*& most = longest[technique_of(c)];
      if (!most || c.seconds > most->seconds) most = &c;
    }
  double first = 0, later = 0;
  std::size_t laters = 0;
  for (const auto& [technique, most] : longest)
    first += std::max(0.0, most->seconds - most->extra_seconds) / double(longest.size());
  for (const Prospect& c : prospects)
    if (c.evaluated && c.seconds > 0 && &c != longest[technique_of(c)])
      later += c.seconds, ++laters;
  later = laters ? later / double(laters) : first;
  std::vector<double> expected;
  for (const Prospect& c : prospects)
    expected.push_back(longest.count(technique_of(c)) ? later : first + c.extra_seconds);
  return expected;
}

std::vector<std::size_t> propose(std::span<const Prospect> prospects, const Reference& reference,
                                 const SearchSettings& settings) {
  if (prospects.empty()) return {};
  if (!prospects[0].evaluated) return {0};
  std::vector<Expected> left = expected_of(prospects, settings);
  const std::vector<double> seconds = expected_seconds(prospects);
  std::vector<Point3> points;
  for (const Prospect& c : prospects)
    if (c.achieved) points.push_back(point_of(*c.achieved, reference));
  std::vector<Point3> front = front_of(points);
  const double reached = hypervolume(front);
  const std::size_t most_chosen = std::min(settings.batch, prospects.size() - left.size());
  std::vector<std::size_t> chosen;
  while (chosen.size() < most_chosen && !left.empty()) {
    const double now = hypervolume(front);
    std::size_t best = left.size();
    double most = 0;
    for (std::size_t i = 0; i < left.size(); ++i) {
      const double gain = volume_with(front, point_of(left[i].hoped, reference)) - now;
      if (gain <= settings.least_gain * reached) continue;
      const double rate = gain / std::pow(seconds[left[i].index] + 1e-3, settings.thrift);
      if (rate > most) most = rate, best = i;
    }
    if (best == left.size()) break;
    chosen.push_back(left[best].index);
    front.push_back(point_of(left[best].likely, reference));
    front = front_of(front);
    left.erase(left.begin() + std::ptrdiff_t(best));
  }
  return chosen;
}

SearchSettings default_search() {
  // model, surgery, strength, numbers, format, compute, schedule, place
  return {.top1 = {{0.3, 0.5, 0.6, 0.8, 0.97, 0.99, 0.999, 0.99}, 0.002, 5},
          .ms = {{0.5, 0.8, 0.9, 0.5, 0.5, 0.7, 0.97, 0.8}, 0.02, 0.4},
          .bytes = {{0.5, 0.8, 0.9, 0.5, 0.4, 0.7, 0.97, 0.8}, 0.02, 0.5},
          .optimism = 1,
          .batch = 4,
          .least_gain = 0.002,
          .thrift = 1};
}

}  // namespace dlis
