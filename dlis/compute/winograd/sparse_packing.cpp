// Transforms weights and keeps what is not zero; plain loops, the same on every host.
#include "dlis/compute/winograd/sparse_packing.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "dlis/base/divide.h"

namespace dlis {
namespace {

constexpr std::int64_t kLine = kAlignment / sizeof(float);

}  // namespace

struct WinogradSparse::Entries {
  std::vector<std::uint32_t> starts{0};
  std::vector<std::int64_t> channels;
  std::vector<float> values;
};

WinogradSparse::WinogradSparse(const ConvProblem& p, int m, int height, const std::byte* packed)
    : matrices_(*winograd_matrices(m)),
      height_(height),
      filters_(p.k),
      channels_(p.c),
      rows_(divide_up(p.k, height)),
      biases_(round_up(p.k, kWinogradBlock)),
      pixel_(round_up(p.c, kLine)),
      in_domain_(p.winograd != 0),
      packed_(packed) {}

Verdict WinogradSparse::accepts(const ConvProblem& p, int m, int height, std::int64_t place_step) {
  if ((p.c - 1) * place_step > std::numeric_limits<std::uint16_t>::max())
    return refuse("places of its channels do not fit into 16 bits");
  const std::int64_t a = m + 2;
  if (divide_up(p.k, height) * p.c * a * a > std::numeric_limits<std::uint32_t>::max())
    return refuse("its entries do not fit into 32 bits");
  return accept();
}

std::size_t WinogradSparse::places_at() const {
  const std::int64_t frequencies = matrices_.a * matrices_.a;
  return aligned(std::size_t(biases_ + pixel_ + frequencies * rows_ + 1) * 4);
}
std::size_t WinogradSparse::values_at(std::size_t entries) const {
  return aligned(places_at() + entries * 2);
}

const std::uint16_t* WinogradSparse::places() const {
  return reinterpret_cast<const std::uint16_t*>(packed_ + places_at());
}
const float* WinogradSparse::values() const {
  const std::uint32_t entries = *starts(matrices_.a * matrices_.a);
  return reinterpret_cast<const float*>(packed_ + values_at(entries));
}

// K x C x a x a values.
Tensor WinogradSparse::in_domain(const Encoded& weights) const {
  const Tensor given = weights.format->decode(weights);
  if (in_domain_) return given;
  Tensor all(DType::f32, {filters_, channels_, matrices_.a, matrices_.a});
  winograd_weights(matrices_, given.as<float>(), all.edit<float>());
  return all;
}

WinogradSparse::Entries WinogradSparse::entries_of(const Encoded& weights) const {
  const Tensor domain = in_domain(weights);
  const std::span<const float> all = domain.as<float>();
  const std::int64_t frequencies = matrices_.a * matrices_.a;
  Entries entries;
  std::vector<float> column(std::size_t(height_), 0.0f);
  for (std::int64_t f = 0; f < frequencies; ++f)
    for (std::int64_t k = 0; k < filters_; k += height_) {
      const std::int64_t count = std::min(height_, filters_ - k);
      std::fill(column.begin() + count, column.end(), 0.0f);
      for (std::int64_t c = 0; c < channels_; ++c) {
        for (std::int64_t i = 0; i < count; ++i)
          column[std::size_t(i)] = all[std::size_t(((k + i) * channels_ + c) * frequencies + f)];
        if (std::ranges::all_of(column, [](float w) { return w == 0; })) continue;
        entries.channels.push_back(c);
        entries.values.insert(entries.values.end(), column.begin(), column.end());
      }
      entries.starts.push_back(std::uint32_t(entries.channels.size()));
    }
  return entries;
}

std::size_t WinogradSparse::packed_bytes(const Encoded& weights) const {
  const std::size_t entries = entries_of(weights).channels.size();
  return aligned(values_at(entries) + entries * std::size_t(height_) * sizeof(float));
}

void WinogradSparse::pack(const Encoded& weights, const float* bias, std::int64_t place_step,
                          std::byte* packed) const {
  const Entries entries = entries_of(weights);
  const std::size_t count = entries.channels.size();
  std::memset(packed, 0, places_at());
  if (bias) std::memcpy(packed, bias, std::size_t(filters_) * sizeof(float));
  std::memcpy(packed + std::size_t(biases_ + pixel_) * 4, entries.starts.data(),
              entries.starts.size() * 4);
  auto* places = reinterpret_cast<std::uint16_t*>(packed + places_at());
  std::ranges::transform(entries.channels, places,
                         [&](std::int64_t c) { return std::uint16_t(c * place_step); });
  std::ranges::copy(entries.values, reinterpret_cast<float*>(packed + values_at(count)));
}

}  // namespace dlis
