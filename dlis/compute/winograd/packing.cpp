// Packs transformed weights into panels; plain loops, the same on every host.
#include "dlis/compute/winograd/packing.h"

#include <algorithm>
#include <cstring>

#include "dlis/base/divide.h"

namespace dlis {
namespace {

constexpr std::int64_t kLine = kAlignment / sizeof(float);

}  // namespace

WinogradPanels::WinogradPanels(const ConvProblem& p, int m)
    : matrices_(*winograd_matrices(m)),
      a_(matrices_.a),
      wide_(panel_sizes(p.isa).wide),
      filters_(p.k),
      channels_(p.c),
      in_domain_(p.winograd != 0) {
  const int narrow = panel_sizes(p.isa).narrow;
  panels_ = int((filters_ + wide_ - 1) / wide_);
  last_ = filters_ - std::int64_t(panels_ - 1) * wide_ <= narrow ? narrow : wide_;
  const std::int64_t padded = std::int64_t(panels_ - 1) * wide_ + last_;
  plane_ = round_up(channels_ * padded, kLine);
  zeros_at_ = std::size_t(round_up(padded, kLine)) * sizeof(float);
  weights_at_ = zeros_at_ + std::size_t(round_up(channels_, kLine)) * sizeof(float);
}

void WinogradPanels::pack(const float* weights, const float* bias_values, std::byte* packed) const {
  std::memset(packed, 0, weights_at_);
  if (bias_values) std::memcpy(packed, bias_values, std::size_t(filters_) * sizeof(float));
  for (std::int64_t i = 0; i < panels_; ++i) pack_panel(weights, i, packed);
}

void WinogradPanels::pack_panel(const float* weights, std::int64_t i, std::byte* packed) const {
  const std::int64_t first = i * wide_, width = columns(i);
  const std::int64_t count = std::min(width, filters_ - first);
  double u[kWinogradMostValues];
  for (std::int64_t c = 0; c < channels_; ++c) {
    float* to = const_cast<float*>(panel(packed, 0, i)) + c * width;
    for (int f = 0; f < a_ * a_; ++f) std::fill_n(to + f * plane_ + count, width - count, 0.0f);
    for (std::int64_t k = 0; k < count; ++k) {
      values(weights + ((first + k) * channels_ + c) * (in_domain_ ? a_ * a_ : 9), u);
      for (int f = 0; f < a_ * a_; ++f) to[f * plane_ + k] = float(u[f]);
    }
  }
}

void WinogradPanels::values(const float* weights, double* u) const {
  if (!in_domain_) return winograd_weights(matrices_, weights, u);
  std::copy_n(weights, a_ * a_, u);
}

}  // namespace dlis
