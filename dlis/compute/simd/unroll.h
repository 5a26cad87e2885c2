// Loops that are gone before the optimiser looks, so that arrays of vectors become registers; for
// .simd.cpp files only.
#pragma once
#include "dlis/compute/simd/vec.h"

namespace dlis::DLIS_SIMD {

template <int i>
struct Index {
  static constexpr int value = i;
};

// f(Index<0>), f(Index<1>) ... f(Index<n - 1>). The lambda is written DLIS_LAMBDA(i) { ... }.
template <int n, class F>
DLIS_INLINE void unroll(const F& f) {
  if constexpr (n > 0) {
    unroll<n - 1>(f);
    f(Index<n - 1>{});
  }
}

}  // namespace dlis::DLIS_SIMD

#define DLIS_LAMBDA(i) [&](auto i) __attribute__((always_inline))
