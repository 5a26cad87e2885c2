// Packs weights into panels; plain loops, the same on every host.
#include "dlis/compute/gemm/packing.h"

#include <algorithm>
#include <cstring>

#include "dlis/base/divide.h"
#include "dlis/compute/narrow.h"
#include "dlis/format/ternary2.h"

namespace dlis {
namespace {

// A word may hold bytes of two pixels: what else it holds is bytes too, and counts nothing.
bool reads_whole_rows(const ConvProblem& p, const WordLayout& word) {
  return p.integer() && word.x_bytes == 1 && p.dilation_w == 1 && !p.pointwise();
}

}  // namespace

GemmKind gemm_kind(const ConvProblem& p) {
  const std::string_view format = p.format ? p.format->name : "dense";
  if (p.integer()) return format == "ternary2" ? GemmKind::int8_ternary2 : GemmKind::int8;
  if (p.type == DType::bf16) return GemmKind::bf16;
  if (format == "f16") return GemmKind::f16;
  if (format == "int8") return GemmKind::f32_int8;
  if (format == "ternary2") return GemmKind::f32_ternary2;
  if (format == "bsr") return GemmKind::f32_bsr;
  if (format == "bsr_bf16") return GemmKind::f32_bsr_bf16;
  if (format == "bsr_int8") return GemmKind::f32_bsr_int8;
  return format == "bf16" ? GemmKind::f32_bf16 : GemmKind::f32;
}

PackedPanels::PackedPanels(const ConvProblem& p)
    : kind_(gemm_kind(p)),
      word_(word_layout(kind_, p.isa)),
      wide_(is_blocks() ? kBlockColumns : panel_sizes(p.isa).wide),
      heads_(1 + has_multipliers() + has_starts() + 2 * (word_.widened > 0)),
      groups_(p.groups),
      filters_(p.k / p.groups),
      channels_(p.c / p.groups),
      r_(p.r),
      s_(p.s),
      words_(divide_up(channels_, word_.elements)),
      row_words_(reads_whole_rows(p, word_) ? divide_up(s_ * channels_, word_.elements)
                                            : s_ * words_) {
  const int narrow = is_blocks() ? kBlockColumns : panel_sizes(p.isa).narrow;
  panels_ = int((filters_ + wide_ - 1) / wide_);
  last_ = filters_ - std::int64_t(panels_ - 1) * wide_ <= narrow ? narrow : wide_;
  padded_filters_ = std::int64_t(panels_ - 1) * wide_ + last_;
  head_bytes_ = aligned(std::size_t(groups_ * padded_filters_) * sizeof(float));
  group_bytes_ = std::size_t(panels_ - 1) * padded(wide_) + padded(last_);
}

std::size_t PackedPanels::padded(int columns) const {
  return aligned(std::size_t(word_.packed_bytes(r_ * row_words_, columns)));
}

const float* PackedPanels::head(const std::byte* packed, int which, std::int64_t group,
                                int panel) const {
  return reinterpret_cast<const float*>(packed + which * head_bytes_) + group * padded_filters_ +
         std::int64_t(panel) * wide_;
}

const std::byte* PackedPanels::panel(const std::byte* packed, std::int64_t group, int panel) const {
  return packed + heads_ * head_bytes_ + std::size_t(group) * group_bytes_ + panel * padded(wide_);
}

std::int64_t PackedPanels::place(std::int64_t tap, std::int64_t channel, int column,
                                 int columns) const {
  const std::int64_t word = word_.elements;
  const std::int64_t at = tap % s_ * (whole_rows() ? channels_ : words_ * word) + channel;
  return ((tap / s_ * row_words_ + at / word) * columns + column) * word + at % word;
}

template <class T>
void PackedPanels::pack_panel(const T* filters, int count, int columns, T* to) const {
  std::fill_n(to, r_ * row_words_ * columns * word_.elements, T{});
  for (int column = 0; column < count; ++column)
    for (std::int64_t c = 0; c < channels_; ++c)
      for (std::int64_t tap = 0; tap < r_ * s_; ++tap)
        to[place(tap, c, column, columns)] = *filters++;
}

template <class T>
void PackedPanels::pack_panels(const T* weights, std::byte* packed) const {
  for (std::int64_t group = 0; group < groups_; ++group)
    for (int p = 0; p < panels_; ++p) {
      const std::int64_t filter = group * filters_ + std::int64_t(p) * wide_;
      T* to = reinterpret_cast<T*>(const_cast<std::byte*>(panel(packed, group, p)));
      pack_panel(weights + filter * channels_ * r_ * s_, filters(p), columns(p), to);
    }
}

float* PackedPanels::head_of(std::byte* packed, int which, std::int64_t filter) const {
  return const_cast<float*>(head(packed, which, filter / filters_, 0)) + filter % filters_;
}

void PackedPanels::pack_ternary(const Encoded& weights, std::byte* packed) const {
  const auto codes = weights.parts[0].as<std::uint8_t>();
  const float* scale = weights.parts[1].as<float>().data();
  for (std::int64_t k = 0; k < groups_ * filters_; ++k, scale += 2) {
    *head_of(packed, heads_ - 2, k) = scale[0];
    *head_of(packed, heads_ - 1, k) = scale[1];
    const std::int64_t group = k / filters_;
    const int index = int(k % filters_ / wide_), column = int(k % filters_ % wide_);
    auto* to = reinterpret_cast<std::uint8_t*>(const_cast<std::byte*>(panel(packed, group, index)));
    std::int64_t from = k * channels_ * r_ * s_;
    for (std::int64_t c = 0; c < channels_; ++c)
      for (std::int64_t tap = 0; tap < r_ * s_; ++tap, ++from) {
        const int sign = ternary_sign(codes, from);
        const std::int64_t at = place(tap, c, column, columns(index));
        to[at / 4] |= std::uint8_t((sign & 3) << (2 * (at % 4)));
      }
  }
}

void PackedPanels::pack_weights(const Encoded& weights, std::byte* packed) const {
  std::memset(packed, 0, word_.widened ? bytes() : std::size_t(heads_) * head_bytes_);
  if (word_.widened)
    pack_ternary(weights, packed);
  else if (kind_ == GemmKind::f32)
    pack_panels(weights.format->decode(weights).as<float>().data(), packed);
  else if (has_multipliers())
    pack_panels(weights.parts[0].as<std::int8_t>().data(), packed);
  else
    pack_panels(weights.parts[0].as<std::uint16_t>().data(), packed);
}

void PackedPanels::pack(const ConvProblem& problem, const Encoded& weights, const float* bias,
                        std::byte* packed) const {
  pack_weights(weights, packed);
  const std::int64_t filters = groups_ * filters_;
  if (!has_starts()) {
    for (std::int64_t k = 0; k < filters; ++k) {
      *head_of(packed, 0, k) = bias ? bias[k] : 0;
      if (has_multipliers()) *head_of(packed, 1, k) = weights.parts[1].as<float>()[std::size_t(k)];
    }
    return;
  }
  const ByteFilters each =
      byte_filters(problem, word_.widened ? problem.format->decode_bytes(weights) : weights, bias);
  const std::int32_t zero = kernel_ends(problem).x_zero - taken_off_bytes(problem.isa);
  for (std::int64_t k = 0; k < filters; ++k) {
    *head_of(packed, 0, k) = each.bias[std::size_t(k)];
    *head_of(packed, 1, k) = each.multiplier[std::size_t(k)];
    const std::int32_t start = -zero * each.sum[std::size_t(k)];
    std::memcpy(head_of(packed, 2, k), &start, sizeof start);
  }
}

}  // namespace dlis
