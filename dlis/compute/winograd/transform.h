// The transforms of a tile, for any m, over vectors of channels; for .simd.cpp files only.
//
// F is a size's one-dimensional transforms. The rows of B^T and of A^T come in groups that share
// sums; a group's rows are computed for all columns of the tile, then transformed along them. So at
// most three rows of a tile are held at once and nothing but the tile itself is read, a second and
// third time from the first-level cache; keeping all a * a intermediate values would mean to store
// them, and a store costs twice a load.
//   F::m, F::a; F::input_groups, F::input_row(group, i) and F::input<group>(d, r): r[0], r[1] are
//   those rows of B^T d; F::output_groups, F::output_rows, F::output_row(group, i) and
//   F::output<group>(d, r) the same of A^T.
#pragma once
#include "dlis/compute/simd/unroll.h"
#include "dlis/compute/winograd/kernels.h"

namespace dlis::DLIS_SIMD {

// `to` for frequency 0; the same place `next` floats on is about to be written as well.
template <bool relu>
DLIS_INLINE void store_and_ask(float* to, Vec x, std::ptrdiff_t next) {
  store(to, relu ? max(x, zero()) : x);
  __builtin_prefetch(to + next, 1);
}

template <class F, bool relu, int group, class At>
DLIS_INLINE void input_rows(const At& at, float* v, std::ptrdiff_t plane, std::ptrdiff_t next) {
  constexpr int a = F::a;
  Vec first[a], second[a];
  unroll<a>(DLIS_LAMBDA(j) {
    Vec d[a], r[2];
    unroll<a>(DLIS_LAMBDA(i) { d[i.value] = at(i, j); });
    F::template input<group>(d, r);
    first[j.value] = r[0];
    second[j.value] = r[1];
  });
  const auto along = DLIS_LAMBDA(half) {
    unroll<F::input_groups>(DLIS_LAMBDA(g) {
      Vec r[2];
      F::template input<g.value>(half.value == 0 ? first : second, r);
      float* to = v + F::input_row(group, half.value) * a * plane;
      store_and_ask<relu>(to + F::input_row(g.value, 0) * plane, r[0], next);
      store_and_ask<relu>(to + F::input_row(g.value, 1) * plane, r[1], next);
    });
  };
  along(Index<0>{});
  along(Index<1>{});
}

template <class F, bool relu>
void input_inside(const WinogradInput& input) {
  const WinogradInput t = input;  // its own, so that stores leave it in registers
  const std::ptrdiff_t row = t.row, pixel = t.pixel;
  for (std::int64_t c = 0; c < t.channels; c += kLanes) {
    const float* x = t.x + c;
    const auto at = [&](auto i, auto j) __attribute__((always_inline)) {
      return load(x + i.value * row + j.value * pixel);
    };
    unroll<F::input_groups>(
        DLIS_LAMBDA(g) { input_rows<F, relu, g.value>(at, t.v + c, t.plane, t.next); });
  }
}

template <class F, bool relu>
void input_at_edge(const WinogradInput& input) {
  const WinogradInput t = input;
  for (std::int64_t c = 0; c < t.channels; c += kLanes) {
    const auto at = [&](auto i, auto j) __attribute__((always_inline)) {
      return load(t.pixels[i.value * F::a + j.value] + c);
    };
    unroll<F::input_groups>(
        DLIS_LAMBDA(g) { input_rows<F, relu, g.value>(at, t.v + c, t.plane, t.next); });
  }
}

template <class F, bool relu>
void input_transform(const WinogradInput& t) {
  if (t.pixels)
    input_at_edge<F, relu>(t);
  else
    input_inside<F, relu>(t);
}

// Filters [k, k + count) of the tile.
template <class F, int group, bool whole>
DLIS_INLINE void output_rows(const WinogradOutput& t, std::int64_t k, int count) {
  constexpr int a = F::a, m = F::m, rows = F::output_rows;
  Vec sums[rows][a];
  unroll<a>(DLIS_LAMBDA(j) {
    Vec d[a], r[rows];
    unroll<a>(DLIS_LAMBDA(i) {
      const float* from = t.m + (i.value * a + j.value) * t.plane + k;
      d[i.value] = load(from);
      constexpr int asks = i.value + 1 < a ? 0 : 1;  // the group that reads it
      if constexpr (group == asks) __builtin_prefetch(from + t.next);
    });
    F::template output<group>(d, r);
    unroll<rows>(DLIS_LAMBDA(i) { sums[i.value][j.value] = r[i.value]; });
  });
  const Vec bias = load(t.bias + k), low = splat(t.low), high = splat(t.high);
  unroll<rows>(DLIS_LAMBDA(i) {
    unroll<F::output_groups>(DLIS_LAMBDA(g) {
      Vec r[rows];
      F::template output<g.value>(sums[i.value], r);
      unroll<rows>(DLIS_LAMBDA(o) {
        const int at = F::output_row(group, i.value) * m + F::output_row(g.value, o.value);
        Vec x = r[o.value] + bias;
        if (t.residual)
          x = x + (whole ? load(t.residual[at] + k) : load(t.residual[at] + k, count));
        x = clamp(x, low, high);
        __builtin_prefetch(t.y_next[at] + k, 1);
        if constexpr (whole)
          store(t.y[at] + k, x);
        else
          store(t.y[at] + k, x, count);
      });
    });
  });
}

template <class F>
void output_transform(const WinogradOutput& output) {
  const WinogradOutput t = output;
  std::int64_t k = 0;
  for (; k + kLanes <= t.filters; k += kLanes)
    unroll<F::output_groups>(DLIS_LAMBDA(g) { output_rows<F, g.value, true>(t, k, kLanes); });
  if (const int left = static_cast<int>(t.filters - k); left > 0)
    unroll<F::output_groups>(DLIS_LAMBDA(g) { output_rows<F, g.value, false>(t, k, left); });
}

}  // namespace dlis::DLIS_SIMD
