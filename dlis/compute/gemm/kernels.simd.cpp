// The micro-kernels of the dense matrix product, once per ISA.
//
// The accumulators are single variables, named by macros, since GCC 12 keeps arrays of them on the
// stack. Row i is addressed as base + {0, 1, 2, 3, 4, 5, 6} * step with 3 * step and 5 * step kept
// in registers, so that 14 rows need two bases and three strides.
#include "dlis/compute/gemm/kernels.h"

#include "dlis/compute/simd/activate.h"

namespace dlis::DLIS_SIMD {

namespace {

constexpr int kRows = kRegisters == 32 ? 14 : 6;
constexpr int kVectors = 2;

// Weights are asked for so many elements ahead: 32 terms, which take long enough for the last-level
// cache to answer. A kernel of few rows runs at the memory's rate, where asking costs more than it
// saves.
constexpr int kAhead = 32 * kVectors * kLanes;

DLIS_INLINE Vec load_weights(const float* b) { return load(b); }
DLIS_INLINE Vec load_weights(const std::uint16_t* b) { return load_bf16(b); }

// Keeps the compiler from turning addresses into one induction variable a row.
template <class T>
DLIS_INLINE void opaque(T& x) {
  asm("" : "+r"(x));
}

struct Strides {
  std::ptrdiff_t one, three, five;  // bytes
};

template <int i>
DLIS_INLINE const float* at(const char* base, const Strides& s) {
  if constexpr (i == 1) base += s.one;
  if constexpr (i == 2) base += 2 * s.one;
  if constexpr (i == 3) base += s.three;
  if constexpr (i == 4) base += 4 * s.one;
  if constexpr (i == 5) base += s.five;
  if constexpr (i == 6) base += 2 * s.three;
  return reinterpret_cast<const float*>(base);
}

// Bias, residual and activation for what the fast path leaves out: a panel's partial columns and
// the activations that are no clamp. `sums` is rows x panel columns.
template <int rows, int vectors>
__attribute__((noinline)) void finish(const GemmTile& t, const float* sums) {
  constexpr int half = (rows + 1) / 2;
  const Vec low = splat(t.low), high = splat(t.high);
  for (int i = 0; i < rows; ++i) {
    float* y = i < half ? t.y0 + i * t.y_step : t.y1 + (i - half) * t.y_step;
    const float* r = i < half ? t.r0 + i * t.r_step : t.r1 + (i - half) * t.r_step;
    for (int v = 0; v * kLanes < t.columns; ++v) {
      const int count = t.columns - v * kLanes < kLanes ? t.columns - v * kLanes : kLanes;
      Vec x = load(sums + (i * vectors + v) * kLanes) + load(t.bias + v * kLanes);
      if (t.r0) x = x + load(r + v * kLanes, count);
      x = t.clamped ? clamp(x, low, high) : activate(x, t.activation, low, high);
      store(y + v * kLanes, x, count);
    }
  }
}

#define DLIS_ROWS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13)

template <int rows, int vectors, class Weight>
void gemm(const GemmTile& t) {
  constexpr int half = (rows + 1) / 2;
  constexpr int columns = vectors * kLanes;
#define DECLARE(i) [[maybe_unused]] Vec c##i##_0 = zero(), c##i##_1 = zero();
  DLIS_ROWS(DECLARE)
  if (!t.first) {
#define RESUME(i)                                                                 \
  if constexpr (i < rows) {                                                       \
    c##i##_0 = load(t.partial + i * columns);                                     \
    if constexpr (vectors > 1) c##i##_1 = load(t.partial + i * columns + kLanes); \
  }
    DLIS_ROWS(RESUME)
  }

  if (t.last) {
#define FETCH(i)                                                                      \
  if constexpr (i < rows) {                                                           \
    const float* y = (i < half ? t.y0 : t.y1) + (i < half ? i : i - half) * t.y_step; \
    __builtin_prefetch(y, 1);                                                         \
    if constexpr (columns > 16) __builtin_prefetch(y + 16, 1);                        \
  }
    DLIS_ROWS(FETCH)
    if (t.r0) {
#define FETCH_ADD(i)                                                                  \
  if constexpr (i < rows) {                                                           \
    const float* r = (i < half ? t.r0 : t.r1) + (i < half ? i : i - half) * t.r_step; \
    __builtin_prefetch(r);                                                            \
    if constexpr (columns > 16) __builtin_prefetch(r + 16);                           \
  }
      DLIS_ROWS(FETCH_ADD)
    }
  }

  Strides s{t.a_step * 4, t.a_step * 12, t.a_step * 20};
  opaque(s.one);
  opaque(s.three);
  opaque(s.five);
  const Weight* b = static_cast<const Weight*>(t.b);
  for (int run = 0; run < t.run_count; ++run) {
    const char* a0 = reinterpret_cast<const char*>(t.a0 + t.runs[run].offset);
    const char* a1 = reinterpret_cast<const char*>(t.a1 + t.runs[run].offset);
    std::int64_t n = t.runs[run].length;
    do {
      if constexpr (rows >= 4) {
        __builtin_prefetch(b + kAhead);
        if constexpr (columns * sizeof(Weight) > 64) __builtin_prefetch(b + kAhead + columns / 2);
      }
      const Vec b0 = load_weights(b);
      [[maybe_unused]] Vec b1;
      if constexpr (vectors > 1) b1 = load_weights(b + kLanes);
#define STEP(i)                                                                 \
  if constexpr (i < rows) {                                                     \
    const Vec x = splat(*at<(i < half ? i : i - half)>(i < half ? a0 : a1, s)); \
    c##i##_0 = fma(x, b0, c##i##_0);                                            \
    if constexpr (vectors > 1) c##i##_1 = fma(x, b1, c##i##_1);                 \
  }
      DLIS_ROWS(STEP)
      a0 += 4;
      a1 += 4;
      b += columns;
    } while (--n);
  }

  if (t.last && t.clamped && t.columns == columns) {
    const Vec low = splat(t.low), high = splat(t.high);
    const Vec bias0 = load(t.bias);
    [[maybe_unused]] Vec bias1;
    if constexpr (vectors > 1) bias1 = load(t.bias + kLanes);
    if (t.r0) {
#define FINISH_ADD(i)                                                                 \
  if constexpr (i < rows) {                                                           \
    const float* r = (i < half ? t.r0 : t.r1) + (i < half ? i : i - half) * t.r_step; \
    float* y = (i < half ? t.y0 : t.y1) + (i < half ? i : i - half) * t.y_step;       \
    const Vec x0 = clamp(c##i##_0 + bias0 + load(r), low, high);                      \
    if constexpr (vectors > 1)                                                        \
      store(y + kLanes, clamp(c##i##_1 + bias1 + load(r + kLanes), low, high));       \
    store(y, x0);                                                                     \
  }
      DLIS_ROWS(FINISH_ADD)
    } else {
#define FINISH(i)                                                                     \
  if constexpr (i < rows) {                                                           \
    float* y = (i < half ? t.y0 : t.y1) + (i < half ? i : i - half) * t.y_step;       \
    store(y, clamp(c##i##_0 + bias0, low, high));                                     \
    if constexpr (vectors > 1) store(y + kLanes, clamp(c##i##_1 + bias1, low, high)); \
  }
      DLIS_ROWS(FINISH)
    }
    return;
  }
  alignas(64) float sums[rows * columns];
  float* to = t.last ? sums : t.partial;
#define KEEP(i)                                                            \
  if constexpr (i < rows) {                                                \
    store(to + i * columns, c##i##_0);                                     \
    if constexpr (vectors > 1) store(to + i * columns + kLanes, c##i##_1); \
  }
  DLIS_ROWS(KEEP)
  if (t.last) finish<rows, vectors>(t, sums);
}

// A kernel of `i` rows, or none where the ISA has too few registers.
template <int rows, int vectors, class Weight>
constexpr GemmKernels::Kernel kernel() {
  if constexpr (rows >= 1 && rows <= kRows) return gemm<rows, vectors, Weight>;
  return nullptr;
}

}  // namespace

#define WIDE_F32(i) kernel<i + 1, kVectors, float>(),
#define NARROW_F32(i) kernel<i + 1, 1, float>(),
#define WIDE_BF16(i) kernel<i + 1, kVectors, std::uint16_t>(),
#define NARROW_BF16(i) kernel<i + 1, 1, std::uint16_t>(),

extern constinit const GemmKernels gemm_kernels = {
    .rows = kRows,
    .wide = kVectors * kLanes,
    .narrow = kLanes,
    .f32 = {{nullptr, DLIS_ROWS(NARROW_F32)}, {nullptr, DLIS_ROWS(WIDE_F32)}},
    .bf16 = {{nullptr, DLIS_ROWS(NARROW_BF16)}, {nullptr, DLIS_ROWS(WIDE_BF16)}},
};

}  // namespace dlis::DLIS_SIMD
