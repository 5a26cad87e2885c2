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
    case Isa::neon_dot:
    case Isa::neon_i8mm:
    case Isa::generic:
      break;
  }
  return {8, 4};
}

GemmKind gemm_kind(const ConvProblem& problem);

// What a word holds: so many elements of x, each `x_bytes` wide for the kernel, and of weights a
// filter `weight_bits`.
struct WordLayout {
  int elements, x_bytes, weight_bits;
  int widened = 0;  // to so many bits before a kernel reads them
  constexpr int bytes() const { return elements * x_bytes; }  // of x
  // Of words of a panel, as they are packed and as a kernel reads them.
  constexpr std::int64_t packed_bytes(std::int64_t words, int columns) const {
    return words * columns * weight_bits / 8;
  }
  constexpr std::int64_t kernel_bytes(std::int64_t words, int columns) const {
    return widened ? words * columns * widened / 8 : packed_bytes(words, columns);
  }
};
// What kernels take off each byte of x before they multiply, which the sums' starts pay back.
constexpr std::int32_t taken_off_bytes(Isa isa) { return isa == Isa::neon_dot ? 128 : 0; }
constexpr WordLayout word_layout(GemmKind kind, Isa isa) {
  const bool bf16_products = isa == Isa::avx512 || isa == Isa::neon_i8mm;
  const bool byte_products = isa == Isa::avx512 || isa == Isa::neon_dot;  // of four a lane
  switch (kind) {
    case GemmKind::f32:
    case GemmKind::f32_bsr:
      break;
    case GemmKind::f32_bf16:
    case GemmKind::f32_bsr_bf16:
    case GemmKind::f16:
      return {1, 4, 16};
    case GemmKind::f32_int8:
    case GemmKind::f32_bsr_int8:
      return {1, 4, 8};
    case GemmKind::f32_ternary2:
      return {1, 4, 2, 32};
    case GemmKind::bf16:
      return bf16_products ? WordLayout{2, 2, 32} : WordLayout{1, 4, 16};
    case GemmKind::int8:
      if (isa == Isa::neon_i8mm) return {8, 1, 64};
      return byte_products ? WordLayout{4, 1, 32} : WordLayout{2, 2, 16};
    case GemmKind::int8_ternary2:
      if (isa == Isa::neon_i8mm) return {8, 1, 16, 64};
      return byte_products ? WordLayout{4, 1, 8, 32} : WordLayout{2, 2, 4, 16};
  }
  return {1, 4, 32};
}

// Packed: the biases (0 where there is none), for weights in bytes also multipliers and for x in
// bytes starts, for weights in 2 bits plus and minus, then every group's panels. A panel holds for
// each word of the sum, in the order r, s, c, the weights of its filters side by side. A
// pixel's last word is filled up with zeros, or, where pixels of few bytes are read as whole rows
// of the filter, a row's last word. All panels are wide but a group's last, which is narrow where
// that is enough; the filters it lacks are 0.
class PackedPanels {
 public:
  explicit PackedPanels(const ConvProblem& problem);

  GemmKind kernel_kind() const {
    return kind_ == GemmKind::f32_ternary2    ? GemmKind::f32
           : kind_ == GemmKind::int8_ternary2 ? GemmKind::int8
                                              : kind_;
  }
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
  std::size_t panel_bytes() const {  // as a kernel reads it
    return std::size_t(word_.kernel_bytes(r_ * row_words_, wide_));
  }
  std::size_t bytes() const {
    return std::size_t(heads_) * head_bytes_ + std::size_t(groups_) * group_bytes_;
  }
  bool is_blocks() const {  // which bsr_packing.h packs
    return kind_ == GemmKind::f32_bsr || kind_ == GemmKind::f32_bsr_bf16 ||
           kind_ == GemmKind::f32_bsr_int8;
  }
  bool has_multipliers() const {
    return kind_ == GemmKind::f32_int8 || kernel_kind() == GemmKind::int8;
  }
  bool has_starts() const { return kernel_kind() == GemmKind::int8; }
  const float* bias(const std::byte* packed, std::int64_t group, int panel) const {
    return head(packed, 0, group, panel);
  }
  const float* multiplier(const std::byte* packed, std::int64_t group, int panel) const {
    return head(packed, 1, group, panel);
  }
  const float* plus(const std::byte* packed, std::int64_t group, int panel) const {
    return head(packed, heads_ - 2, group, panel);
  }
  const float* minus(const std::byte* packed, std::int64_t group, int panel) const {
    return head(packed, heads_ - 1, group, panel);
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
  void pack_ternary(const Encoded& weights, std::byte* packed) const;
  void pack_weights(const Encoded& weights, std::byte* packed) const;
  float* head_of(std::byte* packed, int which, std::int64_t filter) const;
  // Where the weight of a tap (of r x s) and channel lies in a panel, counted in weights.
  std::int64_t place(std::int64_t tap, std::int64_t channel, int column, int columns) const;
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
