// Checks types, and works out the scales of int8 filters.
#include "dlis/compute/narrow.h"

#include <fmt/format.h>

#include "dlis/compute/kernel_ends.h"

namespace dlis {
namespace {

constexpr std::int64_t kMostTerms = 0x7fffffff / (255 * 128);

bool bytes_or_f32(DType type) { return is_byte(type) || type == DType::f32; }
bool has_format(const ConvProblem& p, std::string_view name) {
  return p.format && p.format->name == name;
}

}  // namespace

ByteFilters byte_filters(const ConvProblem& p, const Encoded& weights, const float* bias) {
  const KernelEnds ends = kernel_ends(p);
  const auto values = weights.parts[0].as<std::int8_t>();
  const auto scales = weights.parts[1].as<float>();
  const std::int64_t terms = p.c / p.groups * p.r * p.s;
  ByteFilters filters;
  for (std::int64_t k = 0; k < p.k; ++k) {
    std::int32_t sum = 0;
    for (const std::int8_t w : values.subspan(std::size_t(k * terms), std::size_t(terms))) sum += w;
    const double scale = double(p.x_scale.scale) * double(scales[std::size_t(k)]);
    filters.sum.push_back(sum);
    filters.multiplier.push_back(float(scale / double(ends.unit)));
    filters.bias.push_back(bias ? float(double(bias[k]) / double(ends.unit)) : 0.0f);
  }
  return filters;
}

Verdict accepts_bytes(const ConvProblem& p, std::string_view format) {
  if (!p.integer()) return refuse("needs activations in bytes");
  if (!has_format(p, format)) return refuse(fmt::format("needs {} weights", format));
  if (!bytes_or_f32(p.y_type)) return refuse("stores bytes or f32 only");
  if (p.ends.add && !bytes_or_f32(p.add_type)) return refuse("adds bytes or f32 only");
  if (p.c / p.groups * p.r * p.s > kMostTerms)
    return refuse("a sum of so many products overflows 32 bits");
  return accept();
}

Verdict accepts_half(const ConvProblem& p, DType half) {
  const std::string_view name = name_of(half);
  const auto fits = [half](DType type) { return type == half || type == DType::f32; };
  if (p.type != half) return refuse(fmt::format("needs {} activations", name));
  if (!has_format(p, name)) return refuse(fmt::format("needs {} weights", name));
  if (!fits(p.y_type)) return refuse(fmt::format("stores {} or f32 only", name));
  if (p.ends.add && !fits(p.add_type)) return refuse(fmt::format("adds {} or f32 only", name));
  return accept();
}

}  // namespace dlis
