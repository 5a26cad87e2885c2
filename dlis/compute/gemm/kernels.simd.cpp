// The micro-kernels of the dense matrix product, once per ISA.
#include "dlis/compute/gemm/kernels.h"

#include "dlis/compute/gemm/micro_kernel.h"

namespace dlis::DLIS_SIMD {

namespace {

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
  std::uint32_t p[2 * kLanes * word / 4] = {}, n[2 * kLanes * word / 4] = {};
  for (int i = 0; i < columns * word; ++i) {
    p[i / 4] |= std::uint32_t(std::uint8_t(std::int8_t(plus[i / word]))) << 8 * (i % 4);
    n[i / 4] |= std::uint32_t(std::uint8_t(std::int8_t(-minus[i / word]))) << 8 * (i % 4);
  }
  constexpr int lanes = kLanes * word / 4;
  const auto run = columns > kLanes ? widen_bytes<2 * lanes> : widen_bytes<lanes>;
  run(codes, words, p, n, reinterpret_cast<std::uint32_t*>(to));
}

template <class K>
constexpr int kMostRows = K::kReads == Reads::words ? kRows : kQuadRows;

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
    .kind = {kind<KindF32, kMostRows<KindF32>>(), kind<KindF32Bf16, kMostRows<KindF32Bf16>>(),
             kind<KindF32Int8, kMostRows<KindF32Int8>>(), kind<KindBf16, kMostRows<KindBf16>>(),
             kind<KindF16, kMostRows<KindF16>>(), kind<KindInt8, kByteRows>(),
             block_kind<KindF32Bsr>(), block_kind<KindF32BsrBf16>(), block_kind<KindF32BsrInt8>()},
    .widen_f32 = widen_f32,
    .widen_int8 = widen_int8,
};

}  // namespace dlis::DLIS_SIMD
