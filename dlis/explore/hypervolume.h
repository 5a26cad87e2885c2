// How much a set of stacks achieves in accuracy, time and memory at once, as one number.
#pragma once
#include <array>
#include <span>
#include <vector>

namespace dlis {

// Each coordinate is to be small; a coordinate that is at 1 or beyond is no achievement.
using Point3 = std::array<double, 3>;

// The volume of what lies between the points and (1, 1, 1), with each coordinate cut at 0: the
// union of the boxes [p, 1] (Zitzler and Thiele, "Multiobjective optimization using evolutionary
// algorithms", PPSN 1998). By slices along the third coordinate, O(n^2 log n).
double hypervolume(std::span<const Point3> points);

// The points that no other one dominates, the first one of equals.
std::vector<Point3> front_of(std::span<const Point3> points);

}  // namespace dlis
