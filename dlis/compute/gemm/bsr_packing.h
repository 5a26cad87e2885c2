// The layout of bsr weights for the micro-kernels.
#pragma once
#include "dlis/compute/gemm/kernels.h"
#include "dlis/compute/problem.h"

namespace dlis {

// Packed: where each panel begins and the last one ends, the biases, of weights in bytes the
// multipliers, the panels. A panel is 16 filters of one group: how many blocks each tap (r, s) has,
// their channels, and their weights, a group's last filters filled up with zeros.
class BsrPanels {
 public:
  explicit BsrPanels(const ConvProblem& problem);

  struct Panel {
    const std::uint16_t *counts, *places;  // a tap; a block
    const std::byte* weights;
    const float *bias, *multiplier;  // multiplier: null but for weights in bytes
  };
  Panel panel(const std::byte* packed, std::int64_t group, int panel) const;
  // The first panel of part `i` of `parts` of a group (or, of part `parts`, the end), cut by the
  // panels' bytes: those of their blocks, and a little for each panel and tap. Parts may be empty.
  std::int64_t cut(const std::byte* packed, std::int64_t group, std::int64_t parts,
                   std::int64_t i) const;

  std::size_t bytes(const Encoded& weights) const;
  void pack(const Encoded& weights, const float* bias, std::byte* packed) const;

 private:
  // Bytes of the panel of so many blocks.
  std::size_t places_at() const;
  std::size_t weights_at(std::int64_t blocks) const;
  std::size_t panel_bytes(std::int64_t blocks) const;
  std::size_t biases_at() const;
  std::size_t multipliers_at() const;
  std::size_t panels_at() const;

  std::int64_t panels_, group_panels_, taps_, channels_, filters_, weight_bytes_;
};

}  // namespace dlis
