// The micro-kernels of the dense matrix product, once per ISA.
#include "dlis/compute/gemm/kernels.h"

#include "dlis/compute/gemm/kernel_tables.h"

namespace dlis::DLIS_SIMD {

namespace {

// A block of 16 columns where two vectors hold 8: its halves one after the other.
template <class K, int rows>
void gemm_halves(const GemmTile& whole) {
  GemmTile t = whole;
  t.columns = whole.columns < kBlockColumns / 2 ? whole.columns : kBlockColumns / 2;
  kernel_of<K, rows, kVectors>()(t);
  t.columns = whole.columns - kBlockColumns / 2;
  if (t.columns <= 0) return;
  constexpr std::int64_t half = kBlockColumns / 2 * 4;  // bytes of outputs
  t.b += kBlockColumns / 2 * sizeof(typename K::Weight);
  t.bias += kBlockColumns / 2;
  if (t.multiplier) t.multiplier += kBlockColumns / 2;
  t.y0 += half, t.y1 += half;
  if (t.r0) t.r0 += half, t.r1 += half;
  kernel_of<K, rows, kVectors>()(t);
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

template <class K, int rows>
constexpr GemmKernels::Kernel block_kernel() {
  if constexpr (rows > kRows)
    return nullptr;
  else if constexpr (kLanes * kVectors < kBlockColumns)
    return gemm_halves<K, rows>;
  else
    return kernel_of<K, rows, kBlockColumns / kLanes>();
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
