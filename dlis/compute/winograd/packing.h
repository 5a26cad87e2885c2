// How transformed weights lie in memory for the products.
#pragma once
#include "dlis/base/winograd.h"
#include "dlis/compute/gemm/packing.h"
#include "dlis/compute/problem.h"

namespace dlis {

// Packed: the biases (0 where there is none), zeros of a whole pixel (what lies outside the map),
// then for each frequency the panels of U = G g G^T, computed in double and rounded once. A panel
// holds for each input channel the values of its filters side by side; all are wide but the last,
// which is narrow where that is enough; the filters it lacks are 0.
class WinogradPanels {
 public:
  WinogradPanels(const ConvProblem& problem, int m);

  int panels() const { return panels_; }
  int wide() const { return wide_; }
  int columns(std::int64_t panel) const { return panel + 1 < panels_ ? wide_ : last_; }
  std::size_t bytes() const { return weights_at_ + std::size_t(a_ * a_ * plane_) * sizeof(float); }
  const float* bias(const std::byte* packed) const {
    return reinterpret_cast<const float*>(packed);
  }
  const float* zeros(const std::byte* packed) const {
    return reinterpret_cast<const float*>(packed + zeros_at_);
  }
  const float* panel(const std::byte* packed, std::int64_t frequency, std::int64_t panel) const {
    return reinterpret_cast<const float*>(packed + weights_at_) + frequency * plane_ +
           panel * channels_ * wide_;
  }

  // Fills bytes() bytes. `weights` are K x C x 3 x 3 values, or K x C x a x a in the Winograd
  // domain, `bias` is K values or null.
  void pack(const float* weights, const float* bias, std::byte* packed) const;

 private:
  void values(const float* weights, double* u) const;  // of one pair of channels
  void pack_panel(const float* weights, std::int64_t panel, std::byte* packed) const;

  const WinogradMatrices& matrices_;
  int a_, wide_, last_, panels_;
  std::int64_t filters_, channels_, plane_;
  bool in_domain_;                     // the weights are already
  std::size_t zeros_at_, weights_at_;  // bytes
};

}  // namespace dlis
