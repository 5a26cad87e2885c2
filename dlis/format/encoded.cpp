// What all formats share: their list, the bytes of an encoded tensor, and how dense a tensor is.
#include "dlis/format/encoded.h"

#include <algorithm>
#include <array>

namespace dlis {

#define DLIS_ROW(name) extern const Format name##_row;
#include "dlis/format/formats.inc"
#undef DLIS_ROW

namespace {
constexpr std::array kFormats{
#define DLIS_ROW(name) &name##_row,
#include "dlis/format/formats.inc"
#undef DLIS_ROW
};
}  // namespace

std::span<const Format* const> formats() { return kFormats; }

const Format* find_format(std::string_view name) {
  auto found = std::find_if(kFormats.begin(), kFormats.end(),
                            [&](const Format* format) { return name == format->name; });
  return found == kFormats.end() ? nullptr : *found;
}

std::size_t Encoded::bytes() const {
  std::size_t sum = 0;
  for (const Tensor& part : parts) sum += part.bytes();
  return sum;
}

void thin_out(Tensor& weights, double density, std::int64_t block, Rng& rng) {
  if (density >= 1 || weights.elements() == 0) return;
  const std::int64_t channels = weights.shape()[0], each = weights.elements() / channels;
  const auto all = weights.edit<float>();
  for (std::int64_t first = 0; first < channels; first += block)
    for (std::int64_t column = 0; column < each; ++column) {
      if (rng.uniform() < density) continue;
      for (std::int64_t k = first; k < std::min(first + block, channels); ++k)
        all[std::size_t(k * each + column)] = 0;
    }
}

namespace {

// A negative zero has bits, so it counts as a value.
template <class Bits>
double stored_share(const Tensor& weights, std::int64_t block) {
  const auto bits = weights.as<Bits>();
  const std::int64_t all = weights.elements();
  if (block == 1) return double(all - std::ranges::count(bits, Bits(0))) / double(all);
  const std::int64_t channels = weights.shape().rank() ? weights.shape()[0] : 1;
  const std::int64_t each = all / channels;
  std::int64_t stored = 0;
  for (std::int64_t first = 0; first < channels; first += block) {
    const std::int64_t end = std::min(first + block, channels);
    for (std::int64_t column = 0; column < each; ++column) {
      bool any = false;
      for (std::int64_t k = first; k < end; ++k) any |= bits[std::size_t(k * each + column)] != 0;
      if (any) stored += end - first;
    }
  }
  return double(stored) / double(all);
}

double density_in_blocks(const Tensor& weights, std::int64_t block) {
  if (weights.elements() == 0) return 0;
  return weights.type() == DType::i8 ? stored_share<std::int8_t>(weights, block)
                                     : stored_share<std::uint32_t>(weights, block);
}

}  // namespace

double density_of(const Tensor& weights) { return density_in_blocks(weights, 1); }

double density_of(const Tensor& weights, const Format& format) {
  return density_in_blocks(weights, format.block);
}

}  // namespace dlis
