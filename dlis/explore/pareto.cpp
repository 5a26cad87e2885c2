// The front by comparing all pairs: stores hold thousands of records, not millions.
#include "dlis/explore/pareto.h"

#include <array>
#include <limits>
#include <optional>

namespace dlis {
namespace {

constexpr std::array kCriteria{"top1", "median_ms", "peak_bytes"};
using Point = std::array<double, kCriteria.size()>;  // smaller is better

bool dominates(const Point& a, const Point& b) {
  bool better = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i]) return false;
    better = better || a[i] < b[i];
  }
  return better;
}

std::array<bool, kCriteria.size()> measured_criteria(std::span<const Record> records) {
  std::array<bool, kCriteria.size()> measured{};
  for (const Record& record : records)
    for (std::size_t i = 0; i < kCriteria.size(); ++i)
      measured[i] = measured[i] || (!record.refused() && record.number(kCriteria[i]));
  return measured;
}

std::optional<Point> point_of(const Record& record,
                              const std::array<bool, kCriteria.size()>& measured) {
  Point point{};
  if (record.refused()) return std::nullopt;
  for (std::size_t i = 0; i < kCriteria.size(); ++i) {
    if (!measured[i]) continue;
    const auto value = record.number(kCriteria[i]);
    if (!value) return std::nullopt;
    point[i] = i == 0 ? -*value : *value;
  }
  return point;
}

}  // namespace

std::vector<std::size_t> pareto_front(std::span<const Record> records) {
  const auto measured = measured_criteria(records);
  std::vector<std::pair<std::size_t, Point>> points;
  for (std::size_t i = 0; i < records.size(); ++i)
    if (auto point = point_of(records[i], measured)) points.emplace_back(i, *point);
  if (measured == std::array<bool, kCriteria.size()>{}) return {};
  std::vector<std::size_t> front;
  for (const auto& [index, point] : points) {
    bool beaten = false;
    for (const auto& [other_index, other] : points) beaten = beaten || dominates(other, point);
    if (!beaten) front.push_back(index);
  }
  return front;
}

}  // namespace dlis
