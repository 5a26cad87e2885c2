// The micro-kernel of the dense matrix product for any kind, number of rows and vectors of columns.
// For .simd.cpp files only.
//
// The accumulators are single variables, named by macros, since GCC 12 keeps arrays of them on the
// stack. Row i is addressed as base + {0, 1, 2, 3, 4, 5, 6} * step with 3 * step and 5 * step kept
// in registers, so that 14 rows need two bases and three strides.
//
// NEON of A64 multiplies by a lane: eight rows' next four words lie in registers (a quad a row),
// and 16 loads serve 64 multiply-adds, where 14 rows of single words take 16 for 28.
#pragma once
#include <type_traits>

#include "dlis/compute/gemm/in_order_steps.h"
#include "dlis/compute/gemm/kinds.h"
#include "dlis/compute/simd/row_steps.h"

namespace dlis::DLIS_SIMD {

namespace {

constexpr int kRows = kRegisters == 32 ? 14 : 6;
constexpr int kQuadRows = kRegisters == 32 ? 8 : 4;  // quads need registers of their own
#if defined(DLIS_SIMD_avx512) || defined(DLIS_SIMD_avx2)
constexpr int kByteRows = kRows;
#else
constexpr int kByteRows = kQuadRows;  // as the halves of a word do
#endif
constexpr int kVectors = 2;

// Weights are asked for so many words ahead: they take long enough for the last-level cache to
// answer. A kernel of few rows runs at the memory's rate, where asking costs more than it saves.
constexpr int kAhead = 32;

// Cold weights are asked for a segment ahead, as four streams side by side: one core of a Zen 3
// gets 21 instead of 16 GB/s that way.
constexpr int kSegment = 128 << 10, kStreams = 4, kBlock = 512, kLine = 64;  // bytes

DLIS_INLINE void ask_far(const void* weights) {
  const char* at = static_cast<const char*>(weights);
  const auto place = reinterpret_cast<std::uintptr_t>(at) % kSegment;
  at += kSegment - place + place / kBlock * (kBlock / kStreams);
  for (int stream = 0; stream < kStreams; ++stream, at += kSegment / kStreams)
    for (int line = 0; line < kBlock / kStreams; line += kLine) __builtin_prefetch(at + line, 0, 2);
}

// Bias, residual and activation for what the fast path leaves out: a panel's partial columns,
// activations that are no clamp, and f32 beside narrower types. `sums` is rows x panel columns.
template <class K, class Number>
__attribute__((noinline)) void finish(const GemmTile& t, int rows, int columns,
                                      const Number* sums) {
  const int half = (rows + 1) / 2;
  for (int i = 0; i < rows; ++i, sums += columns) {
    std::byte* y = i < half ? t.y0 + i * t.y_step : t.y1 + (i - half) * t.y_step;
    const std::byte* r = i < half ? t.r0 + i * t.r_step : t.r1 + (i - half) * t.r_step;
    for (int column = 0; column < t.columns; column += kLanes) {
      const int count = t.columns - column < kLanes ? t.columns - column : kLanes;
      Vec x = K::value(t, sums + column, column);
      if (t.r0) x = x + K::Stored::residual(t.ends, r, column, count);
      K::Stored::put(t.ends, y, column, activate(t.ends, x), count);
    }
  }
}

#define DLIS_PAIRS(X) X(0, 1) X(2, 3) X(4, 5) X(6, 7) X(8, 9) X(10, 11) X(12, 13)
#define DLIS_ROWS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13)

template <class K, int rows, int vectors>
void gemm(const GemmTile& t) {
  using Sum = typename K::Sum;
  constexpr int half = (rows + 1) / 2;
  constexpr int columns = vectors * kLanes;
  Sum begin0 = K::begin(t, 0), begin1 = begin0;
  if constexpr (vectors > 1) begin1 = K::begin(t, kLanes);
#define DECLARE(i) [[maybe_unused]] Sum c##i##_0 = begin0, c##i##_1 = begin1;
  DLIS_ROWS(DECLARE)
  if (!t.first) {
#define RESUME(i)                                                                     \
  if constexpr (i < rows) {                                                           \
    c##i##_0 = K::resume(t.partial, i * columns);                                     \
    if constexpr (vectors > 1) c##i##_1 = K::resume(t.partial, i * columns + kLanes); \
  }
    DLIS_ROWS(RESUME)
  }

  if (t.last) {
#define FETCH(i)                                                                          \
  if constexpr (i < rows) {                                                               \
    const std::byte* y = (i < half ? t.y0 : t.y1) + (i < half ? i : i - half) * t.y_step; \
    __builtin_prefetch(y, 1);                                                             \
    if constexpr (columns * K::kY > 64) __builtin_prefetch(y + 64, 1);                    \
  }
    DLIS_ROWS(FETCH)
    if (t.r0) {
#define FETCH_ADD(i)                                                                      \
  if constexpr (i < rows) {                                                               \
    const std::byte* r = (i < half ? t.r0 : t.r1) + (i < half ? i : i - half) * t.r_step; \
    __builtin_prefetch(r);                                                                \
    if constexpr (columns * K::kY > 64) __builtin_prefetch(r + 64);                       \
  }
      DLIS_ROWS(FETCH_ADD)
    }
  }

  Strides s{t.a_step, t.a_step * 3, t.a_step * 5};
  opaque(s.one);
  opaque(s.three);
  opaque(s.five);
  using Weight = typename K::Weight;
  const Weight* b = reinterpret_cast<const Weight*>(t.b);
  constexpr bool blocks = std::is_same_v<K, KindF32Bsr> || std::is_same_v<K, KindF32BsrBf16> ||
                          std::is_same_v<K, KindF32BsrInt8>;
  [[maybe_unused]] const std::uint16_t* places = t.places;
  constexpr bool quads = K::kReads == Reads::quads, pairs = K::kReads == Reads::pairs;
#define SWAP(i, j)                                       \
  if constexpr (pairs && i < rows) {                     \
    swap(c##i##_0, c##j##_0);                            \
    if constexpr (vectors > 1) swap(c##i##_1, c##j##_1); \
  }
  DLIS_PAIRS(SWAP)
  for (int run = 0; run < t.run_count; ++run) {
    const char* a0 = reinterpret_cast<const char*>(t.a0 + t.runs[run].offset);
    const char* a1 = reinterpret_cast<const char*>(t.a1 + t.runs[run].offset);
    constexpr int step = blocks ? kBlockColumns : columns * K::kWord;
    constexpr std::int64_t block = kBlock / (step * sizeof(Weight));
    if constexpr (K::kReads == Reads::in_order && vectors > 1) {
      auto n = static_cast<std::ptrdiff_t>(t.runs[run].length);
      DLIS_IN_ORDER
      continue;
    }
    for (std::int64_t left = t.runs[run].length; left > 0; left -= block) {
      if (t.cold) ask_far(b);
      auto n = static_cast<std::ptrdiff_t>(left < block ? left : block);
      if constexpr (quads) {
        constexpr int second = kLanes * K::kWord;
        const auto load_quad = [](const char* p) __attribute__((always_inline)) {
          return K::quad(p);
        };
        const auto load_weights = [](const Weight* p) __attribute__((always_inline)) {
          return K::weights(p);
        };
        for (; n >= kQuadWords; n -= kQuadWords) {
          if constexpr (rows >= 4)
            for (int line = 0; line < kQuadWords * step; line += kLine / int(sizeof(Weight)))
              __builtin_prefetch(b + kAhead * step + line);
          DLIS_QUAD_WORDS
          a0 += kQuadBytes;
          a1 += kQuadBytes;
          b += kQuadWords * step;
        }
        if (n == 0) continue;
      }
      do {
        if constexpr (rows >= 4 && !blocks) {
          __builtin_prefetch(b + kAhead * step);
          if constexpr (step * sizeof(Weight) > 64)
            __builtin_prefetch(b + kAhead * step + step / 2);
        }
        const auto b0 = K::weights(b);
        [[maybe_unused]] typename K::W b1;
        if constexpr (vectors > 1) b1 = K::weights(b + kLanes * K::kWord);
        const char *x0 = a0, *x1 = a1;
        if constexpr (blocks) {
          const std::int64_t place = *places++;
          x0 += place * 4;
          x1 += place * 4;
        }
#define PAIR(i, j)                                                                              \
  if constexpr (i < rows) {                                                                     \
    constexpr int last = j < rows ? j : i;                                                      \
    const auto x = load_rows(at<(i < half ? i : i - half)>(i < half ? x0 : x1, s),              \
                             at<(last < half ? last : last - half)>(last < half ? x0 : x1, s)); \
    c##i##_0 = square(x, b0.first, c##i##_0);                                                   \
    c##j##_0 = square(x, b0.second, c##j##_0);                                                  \
    if constexpr (vectors > 1) {                                                                \
      c##i##_1 = square(x, b1.first, c##i##_1);                                                 \
      c##j##_1 = square(x, b1.second, c##j##_1);                                                \
    }                                                                                           \
  }
#define STEP(i)                                                                   \
  if constexpr (i < rows) {                                                       \
    const auto x = K::word(at<(i < half ? i : i - half)>(i < half ? x0 : x1, s)); \
    c##i##_0 = K::dot(x, b0, c##i##_0);                                           \
    if constexpr (vectors > 1) c##i##_1 = K::dot(x, b1, c##i##_1);                \
  }
        if constexpr (pairs) {
          DLIS_PAIRS(PAIR)
        } else {
          DLIS_ROWS(STEP)
        }
        if constexpr (!blocks) {
          a0 += K::kStep;
          a1 += K::kStep;
        }
        b += step;
      } while (--n);
    }
  }

  DLIS_PAIRS(SWAP)

  const bool same_types = K::kY == 4 || (!t.ends.y_f32 && !(t.r0 && t.ends.add_f32));
  if (t.last && t.ends.clamped && t.columns == columns && same_types) {
    const typename K::Ends ends(t, vectors > 1);
    if (t.r0) {
#define FINISH_ADD(i)                                                                     \
  if constexpr (i < rows) {                                                               \
    const std::byte* r = (i < half ? t.r0 : t.r1) + (i < half ? i : i - half) * t.r_step; \
    std::byte* y = (i < half ? t.y0 : t.y1) + (i < half ? i : i - half) * t.y_step;       \
    ends.template finish_add<0>(y, r, c##i##_0);                                          \
    if constexpr (vectors > 1) ends.template finish_add<1>(y, r, c##i##_1);               \
  }
      DLIS_ROWS(FINISH_ADD)
    } else {
#define FINISH(i)                                                                   \
  if constexpr (i < rows) {                                                         \
    std::byte* y = (i < half ? t.y0 : t.y1) + (i < half ? i : i - half) * t.y_step; \
    ends.template finish<0>(y, c##i##_0);                                           \
    if constexpr (vectors > 1) ends.template finish<1>(y, c##i##_1);                \
  }
      DLIS_ROWS(FINISH)
    }
    return;
  }
  alignas(64) std::byte sums[rows * columns * 4];
  std::byte* to = t.last ? sums : t.partial;
#define KEEP(i)                                                            \
  if constexpr (i < rows) {                                                \
    K::keep(to, i* columns, c##i##_0);                                     \
    if constexpr (vectors > 1) K::keep(to, i* columns + kLanes, c##i##_1); \
  }
  DLIS_ROWS(KEEP)
  if (t.last) finish<K>(t, rows, columns, reinterpret_cast<const typename K::Number*>(sums));
}

}  // namespace

}  // namespace dlis::DLIS_SIMD
