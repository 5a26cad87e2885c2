// The micro-kernels of the dense matrix product, once per ISA.
//
// The accumulators are single variables, named by macros, since GCC 12 keeps arrays of them on the
// stack. Row i is addressed as base + {0, 1, 2, 3, 4, 5, 6} * step with 3 * step and 5 * step kept
// in registers, so that 14 rows need two bases and three strides.
#include "dlis/compute/gemm/kernels.h"

#include <type_traits>

#include "dlis/compute/gemm/kinds.h"
#include "dlis/compute/simd/row_steps.h"

namespace dlis::DLIS_SIMD {

namespace {

constexpr int kRows = kRegisters == 32 ? 14 : 6;
#if defined(DLIS_SIMD_avx512) || defined(DLIS_SIMD_avx2)
constexpr int kByteRows = kRows;
#else
constexpr int kByteRows = kRegisters == 32 ? 8 : 4;  // a word's halves need registers of their own
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
  for (int run = 0; run < t.run_count; ++run) {
    const char* a0 = reinterpret_cast<const char*>(t.a0 + t.runs[run].offset);
    const char* a1 = reinterpret_cast<const char*>(t.a1 + t.runs[run].offset);
    constexpr int step = blocks ? kBlockColumns : columns * K::kWord;
    constexpr std::int64_t block = kBlock / (step * sizeof(Weight));
    for (std::int64_t left = t.runs[run].length; left > 0; left -= block) {
      if (t.cold) ask_far(b);
      std::int64_t n = left < block ? left : block;
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
#define STEP(i)                                                                   \
  if constexpr (i < rows) {                                                       \
    const auto x = K::word(at<(i < half ? i : i - half)>(i < half ? x0 : x1, s)); \
    c##i##_0 = K::dot(x, b0, c##i##_0);                                           \
    if constexpr (vectors > 1) c##i##_1 = K::dot(x, b1, c##i##_1);                \
  }
        DLIS_ROWS(STEP)
        if constexpr (!blocks) {
          a0 += 4;
          a1 += 4;
        }
        b += step;
      } while (--n);
    }
  }

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

// A block of 16 columns where two vectors hold 8: its halves one after the other.
template <class K, int rows>
void gemm_halves(const GemmTile& whole) {
  GemmTile t = whole;
  t.columns = whole.columns < kBlockColumns / 2 ? whole.columns : kBlockColumns / 2;
  gemm<K, rows, kVectors>(t);
  t.columns = whole.columns - kBlockColumns / 2;
  if (t.columns <= 0) return;
  constexpr std::int64_t half = kBlockColumns / 2 * 4;  // bytes of outputs
  t.b += kBlockColumns / 2 * sizeof(typename K::Weight);
  t.bias += kBlockColumns / 2;
  if (t.multiplier) t.multiplier += kBlockColumns / 2;
  t.y0 += half, t.y1 += half;
  if (t.r0) t.r0 += half, t.r1 += half;
  gemm<K, rows, kVectors>(t);
}

// Both vectors of a word at once; 6 instructions a vector.
template <int vectors>
void widen_words(const std::uint8_t* codes, std::int64_t words, const float* plus,
                 const float* minus, float* to) {
  constexpr int bytes = kLanes / 4;
  const Vec plus0 = load(plus), minus0 = load(minus);
  Vec plus1 = plus0, minus1 = minus0;
  if constexpr (vectors > 1) plus1 = load(plus + kLanes), minus1 = load(minus + kLanes);
  for (; words > 0; --words, codes += vectors * bytes, to += vectors * kLanes) {
    const Vec sign0 = load_ternary(codes);
    store(to, select(less(zero(), sign0), plus0, sign0 * minus0));
    if constexpr (vectors > 1) {
      const Vec sign1 = load_ternary(codes + bytes);
      store(to + kLanes, select(less(zero(), sign1), plus1, sign1 * minus1));
    }
  }
}

void widen_f32(const std::uint8_t* codes, std::int64_t words, int columns, const float* plus,
               const float* minus, std::byte* to) {
  const auto run = columns > kLanes ? widen_words<2> : widen_words<1>;
  run(codes, words, plus, minus, reinterpret_cast<float*>(to));
}

// A byte of codes becomes the four bytes of a lane: shifts bring each code to its byte, where a
// mask picks the column's value. Compilers make vectors of it.
template <int lanes>
void widen_bytes(const std::uint8_t* codes, std::int64_t words, const std::uint32_t* plus,
                 const std::uint32_t* minus, std::uint32_t* to) {
  for (; words > 0; --words, codes += lanes, to += lanes)
    for (int i = 0; i < lanes; ++i) {
      const std::uint32_t code = codes[i];
      const std::uint32_t each = code | code << 6 | code << 12 | code << 18;
      const std::uint32_t low = each & 0x01010101, high = each >> 1 & 0x01010101;
      to[i] = ((low & ~high) * 255 & plus[i]) | (high * 255 & minus[i]);
    }
}

void widen_int8(const std::uint8_t* codes, std::int64_t words, int columns, const float* plus,
                const float* minus, std::byte* to) {
  constexpr int word = KindInt8::kWord;
  std::uint32_t p[2 * kLanes] = {}, n[2 * kLanes] = {};
  for (int i = 0; i < columns * word; ++i) {
    p[i / 4] |= std::uint32_t(std::uint8_t(std::int8_t(plus[i / word]))) << 8 * (i % 4);
    n[i / 4] |= std::uint32_t(std::uint8_t(std::int8_t(-minus[i / word]))) << 8 * (i % 4);
  }
  constexpr int lanes = kLanes * word / 4;
  const auto run = columns > kLanes ? widen_bytes<2 * lanes> : widen_bytes<lanes>;
  run(codes, words, p, n, reinterpret_cast<std::uint32_t*>(to));
}

// A kernel of `rows` rows, or none where the ISA has too few registers.
template <class K, int most, int rows, int vectors>
constexpr GemmKernels::Kernel kernel() {
  if constexpr (rows >= 1 && rows <= most) return gemm<K, rows, vectors>;
  return nullptr;
}

template <class K, int most>
constexpr GemmKernels::OfKind kind() {
#define WIDE(i) kernel<K, most, i + 1, kVectors>(),
#define NARROW(i) kernel<K, most, i + 1, 1>(),
  return {most, {{nullptr, DLIS_ROWS(NARROW)}, {nullptr, DLIS_ROWS(WIDE)}}};
}

template <class K, int rows>
constexpr GemmKernels::Kernel block_kernel() {
  if constexpr (rows > kRows)
    return nullptr;
  else if constexpr (kLanes * kVectors < kBlockColumns)
    return gemm_halves<K, rows>;
  else
    return gemm<K, rows, kBlockColumns / kLanes>;
}

// One panel is one block, whatever the ISA's panels are.
template <class K>
constexpr GemmKernels::OfKind block_kind() {
#define BLOCK(i) block_kernel<K, i + 1>(),
  return {kRows, {{nullptr, DLIS_ROWS(BLOCK)}, {nullptr, DLIS_ROWS(BLOCK)}}};
}

}  // namespace

extern constinit const GemmKernels gemm_kernels = {
    .wide = kVectors * kLanes,
    .narrow = kLanes,
    .kind = {kind<KindF32, kRows>(), kind<KindF32Bf16, kRows>(), kind<KindF32Int8, kRows>(),
             kind<KindBf16, kRows>(), kind<KindInt8, kByteRows>(), block_kind<KindF32Bsr>(),
             block_kind<KindF32BsrBf16>(), block_kind<KindF32BsrInt8>()},
    .widen_f32 = widen_f32,
    .widen_int8 = widen_int8,
};

}  // namespace dlis::DLIS_SIMD
