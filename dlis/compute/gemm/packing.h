// How the weights of a convolution lie in memory for the micro-kernels.
#pragma once
#include <cstddef>
#include <cstdint>

#include "dlis/compute/problem.h"

namespace dlis {

// Panel widths of an ISA's micro-kernels: known on every host, so that any host packs for any
// target.
struct PanelSizes {
  int wide, narrow;
};
constexpr PanelSizes panel_sizes(Isa isa) {
  switch (isa) {
    case Isa::avx512:
      return {32, 16};
    case Isa::avx2:
      return {16, 8};
    case Isa::neon:
    case Isa::generic:
      break;
  }
  return {8, 4};
}

// Packed: the biases (0 where there is none), then every group's panels. A panel holds for each
// term of the sum, in the order r, s, c, the weights of its filters side by side. All panels are
// wide but a group's last, which is narrow where that is enough; the filters it lacks are 0.
class PackedPanels {
 public:
  explicit PackedPanels(const ConvProblem& problem);

  int panels() const { return panels_; }  // of one group
  int wide() const { return wide_; }
  int columns(int panel) const { return panel + 1 < panels_ ? wide_ : last_; }
  int filters(int panel) const {  // of them real
    return panel + 1 < panels_ ? wide_ : int(filters_ - std::int64_t(panel) * wide_);
  }
  bool bf16() const { return element_ == 2; }
  std::size_t panel_bytes() const { return padded(wide_); }
  std::size_t bytes() const { return bias_bytes_ + std::size_t(groups_) * group_bytes_; }
  const float* bias(const std::byte* packed, std::int64_t group, int panel) const;
  const std::byte* panel(const std::byte* packed, std::int64_t group, int panel) const;

  // Fills bytes() bytes. `weights` are K x C/groups x R x S values, `bias` is K values or null.
  void pack(const float* weights, const float* bias, std::byte* packed) const;

 private:
  std::size_t padded(int columns) const;
  template <class T>
  void pack_panel(const float* filters, int count, int columns, T* to) const;

  int wide_, last_, panels_, element_;
  std::int64_t groups_, filters_, channels_, taps_;
  std::int64_t padded_filters_;  // of one group
  std::size_t bias_bytes_, group_bytes_;
};

}  // namespace dlis
