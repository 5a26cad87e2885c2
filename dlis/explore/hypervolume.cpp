// The hypervolume in three dimensions.
#include "dlis/explore/hypervolume.h"

#include <algorithm>

namespace dlis {
namespace {

// The area between points and (1, 1): a staircase, from left to right.
double area(std::vector<Point3> points) {
  std::ranges::sort(points);
  double sum = 0, lowest = 1;
  for (const Point3& p : points) {
    if (p[1] >= lowest) continue;
    sum += (1 - p[0]) * (lowest - p[1]);
    lowest = p[1];
  }
  return sum;
}

bool covers(const Point3& a, const Point3& b) {
  return a[0] <= b[0] && a[1] <= b[1] && a[2] <= b[2];
}

}  // namespace

double hypervolume(std::span<const Point3> points) {
  std::vector<Point3> inside;
  for (Point3 p : points) {
    for (double& x : p) x = std::max(x, 0.0);
    if (p[0] < 1 && p[1] < 1 && p[2] < 1) inside.push_back(p);
  }
  std::ranges::sort(inside, {}, [](const Point3& p) { return p[2]; });
  double volume = 0;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    const double top = i + 1 < inside.size() ? inside[i + 1][2] : 1;
    if (top <= inside[i][2]) continue;
    volume += (top - inside[i][2]) * area({inside.begin(), inside.begin() + std::ptrdiff_t(i) + 1});
  }
  return volume;
}

std::vector<Point3> front_of(std::span<const Point3> points) {
  std::vector<Point3> front;
  for (const Point3& p : points) {
    if (std::ranges::any_of(front, [&](const Point3& kept) { return covers(kept, p); })) continue;
    std::erase_if(front, [&](const Point3& kept) { return covers(p, kept); });
    front.push_back(p);
  }
  return front;
}

}  // namespace dlis
