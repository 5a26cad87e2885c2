// int8, bf16 and f16 roundings for quantisation-aware training (Jacob et al. 2018, section 3).
#include "dlis/compress/train/rounding.h"

#include "dlis/format/half.h"

namespace dlis::train {
namespace {

struct Limits {
  std::int64_t low, high;
};
Limits limits_of(DType type) { return type == DType::u8 ? Limits{0, 255} : Limits{-128, 127}; }

// Per channel of `axis`, symmetric; the gradient of what is cut off is 0.
Tensor round_weight(const Tensor& weight, int axis) {
  std::vector<std::int64_t> others;
  for (std::int64_t i = 0; i < weight.dim(); ++i)
    if (i != axis) others.push_back(i);
  const Tensor scale = weight.detach().abs().amax(others, true).clamp_min(1e-12) / 127;
  const Tensor rounded = torch::round(weight.detach() / scale).clamp(-127, 127) * scale;
  return weight + (rounded - weight.detach());
}

}  // namespace

Network::Rounding rounding_of(const Quant& quant, bool is_weight) {
  if (is_half(quant.type)) {
    const auto half = quant.type == DType::f16 ? torch::kHalf : torch::kBFloat16;
    return [half](const Tensor& x) {
      return x + (x.detach().to(half).to(x.scalar_type()) - x.detach());
    };
  }
  if (is_weight) {
    const int axis = quant.axis < 0 ? 0 : quant.axis;
    return [axis](const Tensor& x) { return round_weight(x, axis); };
  }
  const Limits limits = limits_of(quant.type);
  const double scale = quant.scale.at(0);
  const std::int64_t zero = quant.zero_point.at(0);
  return [=](const Tensor& x) {
    return torch::fake_quantize_per_tensor_affine(x.to(torch::kFloat), scale, zero, limits.low,
                                                  limits.high);
  };
}

}  // namespace dlis::train
