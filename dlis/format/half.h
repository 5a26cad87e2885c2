// The reals of 16 bits, by their type.
#pragma once
#include "dlis/format/dtype.h"

namespace dlis {

// f16: 11 significant bits, from 2^-14 (in fewer bits from 2^-24) to 65504. bf16: 8 of them, and
// the range of f32.
constexpr bool is_half(DType type) { return type == DType::f16 || type == DType::bf16; }

inline constexpr float kLargestF16 = 65504, kSmallestNormalF16 = 0x1p-14f;

// To nearest even; of f16 what lies beyond the largest number becomes infinite.
inline std::uint16_t to_half(DType type, float value) {
  return type == DType::f16 ? to_f16(value) : to_bf16(value);
}
inline float from_half(DType type, std::uint16_t bits) {
  return type == DType::f16 ? from_f16(bits) : from_bf16(bits);
}

}  // namespace dlis
