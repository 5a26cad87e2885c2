// The fastest choice of rows whose weights and scratch fit a memory budget.
#pragma once
#include <cstddef>
#include <optional>
#include <vector>

namespace dlis {

// What one candidate of a layer costs. Weights add up over the layers; scratch is shared, so a plan
// holds the largest.
struct Cost {
  double milliseconds = 0;
  std::size_t weights = 0, scratch = 0;
};
using LayerCosts = std::vector<Cost>;  // one a candidate
using Picks = std::vector<int>;        // one candidate a layer

// What a plan holds whatever is chosen: values and constants, and the scratch of the other
// operators.
struct FixedMemory {
  std::size_t bytes = 0, scratch = 0;
};

std::size_t peak_bytes(const std::vector<LayerCosts>& layers, const Picks& picks,
                       const FixedMemory& fixed);
Picks fastest(const std::vector<LayerCosts>& layers);
Picks smallest(const std::vector<LayerCosts>& layers, const FixedMemory& fixed);

// The picks with the least sum of milliseconds among those of at most `limit` bytes; nothing where
// the smallest are larger. Exact for small networks, nearly so for large ones (see the source).
std::optional<Picks> fastest_within(const std::vector<LayerCosts>& layers, const FixedMemory& fixed,
                                    std::size_t limit);

}  // namespace dlis
