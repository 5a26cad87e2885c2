// Packs weights into panels; plain loops, the same on every host.
#include "dlis/compute/gemm/packing.h"

#include <algorithm>
#include <cstring>

namespace dlis {
namespace {

std::size_t round_up(std::size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

void put(float& to, float value) { to = value; }
void put(std::uint16_t& to, float value) { to = to_bf16(value); }

}  // namespace

PackedPanels::PackedPanels(const ConvProblem& p)
    : wide_(panel_sizes(p.isa).wide),
      groups_(p.groups),
      filters_(p.k / p.groups),
      channels_(p.c / p.groups),
      taps_(p.r * p.s) {
  const int narrow = panel_sizes(p.isa).narrow;
  panels_ = int((filters_ + wide_ - 1) / wide_);
  last_ = filters_ - std::int64_t(panels_ - 1) * wide_ <= narrow ? narrow : wide_;
  element_ = p.format && p.format->name == std::string_view("bf16") ? 2 : 4;
  padded_filters_ = std::int64_t(panels_ - 1) * wide_ + last_;
  bias_bytes_ = round_up(std::size_t(groups_ * padded_filters_) * sizeof(float));
  group_bytes_ = std::size_t(panels_ - 1) * padded(wide_) + padded(last_);
}

std::size_t PackedPanels::padded(int columns) const {
  return round_up(std::size_t(taps_) * channels_ * columns * element_);
}

const float* PackedPanels::bias(const std::byte* packed, std::int64_t group, int panel) const {
  return reinterpret_cast<const float*>(packed) + group * padded_filters_ +
         std::int64_t(panel) * wide_;
}

const std::byte* PackedPanels::panel(const std::byte* packed, std::int64_t group, int panel) const {
  return packed + bias_bytes_ + std::size_t(group) * group_bytes_ + panel * padded(wide_);
}

template <class T>
void PackedPanels::pack_panel(const float* filters, int count, int columns, T* to) const {
  std::fill_n(to, taps_ * channels_ * columns, T{});
  for (int column = 0; column < count; ++column)
    for (std::int64_t c = 0; c < channels_; ++c)
      for (std::int64_t tap = 0; tap < taps_; ++tap)
        put(to[(tap * channels_ + c) * columns + column], *filters++);
}

void PackedPanels::pack(const float* weights, const float* bias_values, std::byte* packed) const {
  std::memset(packed, 0, bias_bytes_);
  for (std::int64_t group = 0; group < groups_; ++group) {
    for (int p = 0; p < panels_; ++p) {
      const std::int64_t filter = group * filters_ + std::int64_t(p) * wide_;
      const float* from = weights + filter * channels_ * taps_;
      std::byte* to = const_cast<std::byte*>(panel(packed, group, p));
      if (bf16())
        pack_panel(from, filters(p), columns(p), reinterpret_cast<std::uint16_t*>(to));
      else
        pack_panel(from, filters(p), columns(p), reinterpret_cast<float*>(to));
      if (bias_values)
        std::copy_n(bias_values + filter, filters(p), const_cast<float*>(bias(packed, group, p)));
    }
  }
}

}  // namespace dlis
