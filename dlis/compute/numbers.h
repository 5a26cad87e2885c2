// Single elements of any type as the real numbers they stand for: for references, not for kernels.
#pragma once
#include <algorithm>
#include <cmath>
#include <limits>

#include "dlis/compute/problem.h"

namespace dlis {

// What element i holds, as it is stored.
inline double stored_at(const std::byte* data, DType type, std::int64_t i) {
  switch (type) {
    case DType::f32:
      return double(reinterpret_cast<const float*>(data)[i]);
    case DType::f16:
      return double(from_f16(reinterpret_cast<const std::uint16_t*>(data)[i]));
    case DType::bf16:
      return double(from_bf16(reinterpret_cast<const std::uint16_t*>(data)[i]));
    case DType::i8:
      return reinterpret_cast<const std::int8_t*>(data)[i];
    case DType::u8:
      return reinterpret_cast<const std::uint8_t*>(data)[i];
    case DType::i32:
      return reinterpret_cast<const std::int32_t*>(data)[i];
    case DType::i64:
      return double(reinterpret_cast<const std::int64_t*>(data)[i]);
  }
  return 0;
}

// Whole types take the nearest number they have, ties go to the even one; NaN becomes 0.
inline void put_stored(std::byte* data, DType type, std::int64_t i, double value) {
  const auto whole = [&]<class T>(T) {
    const double low = double(std::numeric_limits<T>::min());
    const double high = double(std::numeric_limits<T>::max());
    const double rounded = std::isnan(value) ? 0 : std::nearbyint(value);
    reinterpret_cast<T*>(data)[i] = rounded >= high  ? std::numeric_limits<T>::max()
                                    : rounded <= low ? std::numeric_limits<T>::min()
                                                     : T(rounded);
  };
  switch (type) {
    case DType::f32:
      reinterpret_cast<float*>(data)[i] = float(value);
      break;
    case DType::f16:
      reinterpret_cast<std::uint16_t*>(data)[i] = to_f16(float(value));
      break;
    case DType::bf16:
      reinterpret_cast<std::uint16_t*>(data)[i] = to_bf16(float(value));
      break;
    case DType::i8:
      return whole(std::int8_t());
    case DType::u8:
      return whole(std::uint8_t());
    case DType::i32:
      return whole(std::int32_t());
    case DType::i64:
      return whole(std::int64_t());
  }
}

// The real number that element i stands for, and the element that is nearest to a real number.
inline double real_at(const std::byte* data, DType type, std::int64_t i, const Scale& scale) {
  return (stored_at(data, type, i) - scale.zero) * double(scale.scale);
}
inline void put_real(std::byte* data, DType type, std::int64_t i, const Scale& scale,
                     double value) {
  const double zero = scale.zero, units = value / double(scale.scale);
  const bool whole = type != DType::f32 && type != DType::f16 && type != DType::bf16;
  put_stored(data, type, i, whole ? std::nearbyint(units) + zero : units + zero);
}

}  // namespace dlis
