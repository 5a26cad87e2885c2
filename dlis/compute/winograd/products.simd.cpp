// The micro-kernels of the products of one frequency: tiles times one panel of filters.
//
// As in gemm/kernels.simd.cpp the accumulators are single variables and rows are addressed by two
// bases and three strides. Weights of large layers are read from memory once for each block of
// tiles, so the kernel asks for the panels that come next, at its own pace, while it multiplies.
// Four panels side by side keep more reads under way than one: on a Zen 3 they arrive at 18 instead
// of 13 GB/s.
#include "dlis/compute/simd/activate.h"
#include "dlis/compute/simd/quads.h"
#include "dlis/compute/simd/row_steps.h"
#include "dlis/compute/winograd/kernels.h"

namespace dlis::DLIS_SIMD {

namespace {

constexpr int kRows = kRegisters == 32 ? 14 : 6;
#if defined(DLIS_SIMD_neon) && defined(__aarch64__)
constexpr bool kQuads = true;
constexpr int kDenseRows = 8;
#else
constexpr bool kQuads = false;
constexpr int kDenseRows = kRows;
#endif
constexpr int kVectors = 2;

DLIS_INLINE const float* floats(const char* p) { return reinterpret_cast<const float*>(p); }

#define DLIS_ROWS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13)

#if defined(DLIS_SIMD_neon) && defined(__aarch64__)
DLIS_INLINE QuadF32 load_quad(const char* p) { return load_quad_f32(p); }
#endif

struct Ahead {
  const float* at[kWinogradStreams];
  int lines;
  DLIS_MEMBER explicit Ahead(const WinogradProduct& p) : lines(p.ahead_lines) {
    for (int i = 0; i < kWinogradStreams; ++i) at[i] = p.ahead[i];
  }
  DLIS_MEMBER void ask() {
    for (int line = 0; line < lines; ++line)
      for (const float*& from : at) {
        __builtin_prefetch(from, 0, 2);
        from += kWinogradLine;
      }
  }
};

template <int rows, int vectors>
void product(const WinogradProduct& p) {
  constexpr int half = (rows + 1) / 2;
#define DECLARE(i) [[maybe_unused]] Vec c##i##_0 = zero(), c##i##_1 = zero();
  DLIS_ROWS(DECLARE)
  Strides s{p.a_step * 4, p.a_step * 12, p.a_step * 20};
  opaque(s.one);
  opaque(s.three);
  opaque(s.five);
  const char* a0 = reinterpret_cast<const char*>(p.a);
  const char* a1 = reinterpret_cast<const char*>(p.a + half * p.a_step);
  const float* b = p.b;
  Ahead ahead(p);
  for (std::int64_t left = p.terms; left > 0; left -= kWinogradStride) {
    ahead.ask();
    std::int64_t n = left < kWinogradStride ? left : kWinogradStride;
    if constexpr (kQuads) {
      constexpr int step = vectors * kLanes, second = kLanes;
      const auto load_weights = [](const float* from) __attribute__((always_inline)) {
        return load(from);
      };
      for (; n >= kQuadWords; n -= kQuadWords) {
        DLIS_QUAD_WORDS
        a0 += kQuadBytes;
        a1 += kQuadBytes;
        b += kQuadWords * step;
      }
      if (n == 0) continue;
    }
    do {
      const Vec b0 = load(b);
      [[maybe_unused]] Vec b1;
      if constexpr (vectors > 1) b1 = load(b + kLanes);
#define STEP(i)                                                                         \
  if constexpr (i < rows) {                                                             \
    const Vec x = splat(*floats(at<(i < half ? i : i - half)>(i < half ? a0 : a1, s))); \
    c##i##_0 = fma(x, b0, c##i##_0);                                                    \
    if constexpr (vectors > 1) c##i##_1 = fma(x, b1, c##i##_1);                         \
  }
      DLIS_ROWS(STEP)
      a0 += 4;
      a1 += 4;
      b += vectors * kLanes;
    } while (--n);
  }
#define KEEP(i)                                                            \
  if constexpr (i < rows) {                                                \
    store(y + i * p.y_step, c##i##_0);                                     \
    if constexpr (vectors > 1) store(y + i * p.y_step + kLanes, c##i##_1); \
  }
  float* y = p.y;
  DLIS_ROWS(KEEP)
}

// Blocks of 16 columns, as many at once as two vectors hold: a term's row of `a` is read where its
// place says.
template <int rows>
void block_product(const WinogradProduct& p) {
  constexpr int half = (rows + 1) / 2, columns = kWinogradBlockColumns;
  constexpr int vectors = columns / kLanes < kVectors ? columns / kLanes : kVectors;
  Strides s{p.a_step * 4, p.a_step * 12, p.a_step * 20};
  opaque(s.one);
  opaque(s.three);
  opaque(s.five);
  const char* a0 = reinterpret_cast<const char*>(p.a);
  const char* a1 = reinterpret_cast<const char*>(p.a + half * p.a_step);
  for (int first = 0; first < columns; first += vectors * kLanes) {
    DLIS_ROWS(DECLARE)
    const float* b = p.b + first;
    for (std::int64_t t = 0; t < p.terms; ++t, b += columns) {
      const std::ptrdiff_t place = p.places[t] * 4;
      const Vec b0 = load(b);
      [[maybe_unused]] Vec b1;
      if constexpr (vectors > 1) b1 = load(b + kLanes);
#define BLOCK_STEP(i)                                                                  \
  if constexpr (i < rows) {                                                            \
    const char* from = at<(i < half ? i : i - half)>((i < half ? a0 : a1) + place, s); \
    const Vec x = splat(*floats(from));                                                \
    c##i##_0 = fma(x, b0, c##i##_0);                                                   \
    if constexpr (vectors > 1) c##i##_1 = fma(x, b1, c##i##_1);                        \
  }
      DLIS_ROWS(BLOCK_STEP)
    }
    float* y = p.y + first;
    DLIS_ROWS(KEEP)
  }
}

// A kernel of `rows` rows, or none where the ISA has too few registers.
template <int rows, int vectors>
constexpr WinogradProducts::Kernel kernel() {
  if constexpr (rows <= kDenseRows) return product<rows, vectors>;
  return nullptr;
}

template <int rows>
constexpr WinogradProducts::Kernel block() {
  if constexpr (rows <= kRows) return block_product<rows>;
  return nullptr;
}

void finish(float* y, std::int64_t filters, Activation activation, float a, float b) {
  for (std::int64_t k = 0; k < filters; k += kLanes) {
    const std::int64_t left = filters - k;
    const int count = left < kLanes ? static_cast<int>(left) : kLanes;
    store(y + k, activate(load(y + k, count), activation, splat(a), splat(b)), count);
  }
}

}  // namespace

#define NARROW(i) kernel<i + 1, 1>(),
#define BLOCK(i) block<i + 1>(),
#define WIDE(i) kernel<i + 1, kVectors>(),

extern constinit const WinogradProducts winograd_products = {
    .rows = kDenseRows,
    .block_rows = kRows,
    .wide = kVectors * kLanes,
    .narrow = kLanes,
    .kernel = {{nullptr, DLIS_ROWS(NARROW)}, {nullptr, DLIS_ROWS(WIDE)}},
    .block = {nullptr, DLIS_ROWS(BLOCK)},
    .finish = finish,
};

}  // namespace dlis::DLIS_SIMD
