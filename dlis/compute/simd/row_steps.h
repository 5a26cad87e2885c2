// The addresses of up to seven rows that lie at one distance, from three registers: what the
// micro-kernels of matrix products step through. Include it only from .simd.cpp files.
#pragma once
#include "dlis/compute/simd/vec.h"

namespace dlis::DLIS_SIMD {

// Keeps the compiler from turning addresses into one induction variable a row.
template <class T>
DLIS_INLINE void opaque(T& x) {
  asm("" : "+r"(x));
}

struct Strides {
  std::ptrdiff_t one, three, five;  // bytes
};

// `base` and i rows.
template <int i>
DLIS_INLINE const char* at(const char* base, const Strides& s) {
  if constexpr (i == 1) base += s.one;
  if constexpr (i == 2) base += 2 * s.one;
  if constexpr (i == 3) base += s.three;
  if constexpr (i == 4) base += 4 * s.one;
  if constexpr (i == 5) base += s.five;
  if constexpr (i == 6) base += 2 * s.three;
  return base;
}

}  // namespace dlis::DLIS_SIMD
