// Packs blocks tap by tap; plain loops, the same on every host.
#include "dlis/compute/gemm/bsr_packing.h"

#include <cstring>

#include "dlis/base/divide.h"
#include "dlis/base/even_cut.h"
#include "dlis/format/bsr.h"

namespace dlis {

static_assert(kBlockColumns == kBlockChannels);

BsrPanels::BsrPanels(const ConvProblem& p)
    : panels_(p.groups * divide_up(p.k / p.groups, kBlockChannels)),
      group_panels_(divide_up(p.k / p.groups, kBlockChannels)),
      taps_(p.r * p.s),
      channels_(p.c / p.groups),
      filters_(p.k),
      weight_bytes_(std::int64_t(p.format->weight_bytes)) {}

std::size_t BsrPanels::places_at() const { return std::size_t(taps_) * 2; }
std::size_t BsrPanels::weights_at(std::int64_t blocks) const {
  return aligned(places_at() + std::size_t(blocks) * 2);
}
std::size_t BsrPanels::panel_bytes(std::int64_t blocks) const {
  return aligned(weights_at(blocks) + std::size_t(blocks * kBlockChannels * weight_bytes_));
}
std::size_t BsrPanels::biases_at() const { return aligned(std::size_t(panels_ + 1) * 8); }
std::size_t BsrPanels::multipliers_at() const {
  return biases_at() + std::size_t(panels_) * kBlockChannels * 4;
}
std::size_t BsrPanels::panels_at() const {
  return multipliers_at() + (weight_bytes_ == 1 ? std::size_t(panels_) * kBlockChannels * 4 : 0);
}

BsrPanels::Panel BsrPanels::panel(const std::byte* packed, std::int64_t group, int panel) const {
  const std::int64_t index = group * group_panels_ + panel;
  const std::uint64_t* starts = reinterpret_cast<const std::uint64_t*>(packed);
  const std::byte* at = packed + starts[index];
  const auto* counts = reinterpret_cast<const std::uint16_t*>(at);
  std::int64_t blocks = 0;
  for (std::int64_t tap = 0; tap < taps_; ++tap) blocks += counts[tap];
  const auto* bias = reinterpret_cast<const float*>(packed + biases_at()) + index * kBlockChannels;
  const auto* multiplier =
      reinterpret_cast<const float*>(packed + multipliers_at()) + index * kBlockChannels;
  return {counts, counts + taps_, at + weights_at(blocks), bias,
          weight_bytes_ == 1 ? multiplier : nullptr};
}

std::int64_t BsrPanels::cut(const std::byte* packed, std::int64_t group, std::int64_t parts,
                            std::int64_t i) const {
  const auto* starts = reinterpret_cast<const std::uint64_t*>(packed) + group * group_panels_;
  return even_cut(std::span(starts, std::size_t(group_panels_ + 1)), parts, i);
}

std::size_t BsrPanels::bytes(const Encoded& weights) const {
  const SparseColumns blocks = read_bsr(weights).blocks;
  std::size_t bytes = panels_at();
  for (std::size_t i = 0; i < std::size_t(panels_); ++i)
    bytes += panel_bytes(blocks.starts[i + 1] - blocks.starts[i]);
  return bytes;
}

void BsrPanels::pack(const Encoded& weights, const float* bias, std::byte* packed) const {
  const BsrRows rows = read_bsr(weights);
  std::memset(packed, 0, bytes(weights));
  auto* starts = reinterpret_cast<std::uint64_t*>(packed);
  if (bias) std::memcpy(packed + biases_at(), bias, std::size_t(filters_) * 4);
  if (weight_bytes_ == 1)
    std::memcpy(packed + multipliers_at(), weights.parts[4].data(), std::size_t(filters_) * 4);
  const std::byte* from = rows.values.data();
  std::uint64_t at = panels_at();
  for (std::int64_t i = 0; i < panels_; ++i) {
    const std::int64_t begin = rows.blocks.starts[std::size_t(i)];
    const std::int64_t count = rows.blocks.starts[std::size_t(i) + 1] - begin;
    const std::int64_t channels = std::min(kBlockChannels, filters_ - i * kBlockChannels);
    starts[i] = at;
    auto* counts = reinterpret_cast<std::uint16_t*>(packed + at);
    std::byte* to = packed + at + weights_at(count);
    for (std::int64_t block = 0; block < count; ++block) {
      const std::int64_t column = rows.blocks.column[std::size_t(begin + block)];
      ++counts[column / channels_];
      counts[taps_ + block] = std::uint16_t(column % channels_);
      std::memcpy(to, from, std::size_t(channels * weight_bytes_));
      to += kBlockChannels * weight_bytes_;
      from += channels * weight_bytes_;
    }
    at += panel_bytes(count);
  }
  starts[panels_] = at;
}

}  // namespace dlis
