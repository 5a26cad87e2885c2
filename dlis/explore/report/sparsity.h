// The break-even of sparsity: how fast a sparse format is beside dense, by the share of zeros.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "dlis/explore/report/evidence.h"

namespace dlis {

// One format on one device: at each compression the fastest stack against the fastest dense one.
struct SparsityCurve {
  std::string model, device, format;
  struct Point {
    double zeros = 0;  // share
    Estimate times;    // as fast as dense
    const Entry* sparse = nullptr;
    const Entry* dense = nullptr;
  };
  std::vector<Point> points;  // from the fewest zeros

  // The first point from which on all are surely faster than dense; null: there is none.
  const Point* pays_from() const;
};

// Of the timed records of one context; curves point into `entries`. Formats that the list does not
// know as sparse have none.
std::vector<SparsityCurve> sparsity_curves(std::span<const Entry> entries);

}  // namespace dlis
