// How the weights of a convolution lie in memory for the micro-kernels.
#pragma once
#include <cstddef>
#include <cstdint>

#include "dlis/compute/gemm/kernels.h"
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

GemmKind gemm_kind(const ConvProblem& problem);

// What a word holds: so many elements of x, each `x_bytes` wide for the kernel, and `weight_bytes`
// of weights a filter.
struct WordLayout {
  int elements, x_bytes, weight_bytes;
};
constexpr WordLayout word_layout(GemmKind kind, Isa isa) {
  const bool products = isa == Isa::avx512;  // of narrow types
  switch (kind) {
    case GemmKind::f32:
      break;
    case GemmKind::f32_bf16:
      return {1, 4, 2};
    case GemmKind::f32_int8:
      return {1, 4, 1};
    case GemmKind::bf16:
      return products ? WordLayout{2, 2, 4} : WordLayout{1, 4, 2};
    case GemmKind::int8:
      return products ? WordLayout{4, 1, 4} : WordLayout{2, 2, 2};
  }
  return {1, 4, 4};
}

// Packed: the biases (0 where there is none), for weights in bytes also multipliers and for x in
// bytes starts, then every group's panels. A panel holds for each word of the sum, in the order r,
// s, c, the weights of its filters side by side. A pixel's last word is filled up with zeros, or,
// where pixels of few bytes are read as whole rows of the filter, a row's last word. All panels are
// wide but a group's last, which is narrow where that is enough; the filters it lacks are 0.
class PackedPanels {
 public:
  explicit PackedPanels(const ConvProblem& problem);

  GemmKind kind() const { return kind_; }
  const WordLayout& word() const { return word_; }
  std::int64_t words() const { return words_; }          // of a pixel
  std::int64_t row_words() const { return row_words_; }  // of a row of the filter
  bool whole_rows() const { return row_words_ < s_ * words_; }
  int panels() const { return panels_; }  // of one group
  int wide() const { return wide_; }
  int columns(int panel) const { return panel + 1 < panels_ ? wide_ : last_; }
  int filters(int panel) const {  // of them real
    return panel + 1 < panels_ ? wide_ : int(filters_ - std::int64_t(panel) * wide_);
  }
  std::size_t panel_bytes() const { return padded(wide_); }
  std::size_t bytes() const {
    return std::size_t(heads_) * head_bytes_ + std::size_t(groups_) * group_bytes_;
  }
  int heads() const { return heads_; }  // 1: biases, 2: and multipliers, 3: and starts
  const float* bias(const std::byte* packed, std::int64_t group, int panel) const {
    return head(packed, 0, group, panel);
  }
  const float* multiplier(const std::byte* packed, std::int64_t group, int panel) const {
    return head(packed, 1, group, panel);
  }
  const std::int32_t* start(const std::byte* packed, std::int64_t group, int panel) const {
    return reinterpret_cast<const std::int32_t*>(head(packed, 2, group, panel));
  }
  const std::byte* panel(const std::byte* packed, std::int64_t group, int panel) const;

  // Fills bytes() bytes. `bias` is K values or null.
  void pack(const ConvProblem& problem, const Encoded& weights, const float* bias,
            std::byte* packed) const;

 private:
  std::size_t padded(int columns) const;
  const float* head(const std::byte* packed, int which, std::int64_t group, int panel) const;
  template <class T>
  void pack_panels(const T* weights, std::byte* packed) const;
  template <class T>
  void pack_panel(const T* filters, int count, int columns, T* to) const;

  GemmKind kind_;
  WordLayout word_;
  int wide_, last_, panels_, heads_;
  std::int64_t groups_, filters_, channels_, r_, s_, words_, row_words_;
  std::int64_t padded_filters_;  // of one group
  std::size_t head_bytes_, group_bytes_;
};

}  // namespace dlis
