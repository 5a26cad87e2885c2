// Multiply-adds without memory, and memory without arithmetic; the compiler's own vectors where
// they are enough.
#include "dlis/hardware/ceiling_loops.h"

#if defined(DLIS_SIMD_avx512) || defined(DLIS_SIMD_avx2)
#include <immintrin.h>
#elif defined(DLIS_SIMD_neon)
#include <arm_neon.h>
#endif

namespace dlis::DLIS_SIMD {
namespace {

#if defined(DLIS_SIMD_avx512)
constexpr int kLanes = 16;
#elif defined(DLIS_SIMD_avx2)
constexpr int kLanes = 8;
#else
constexpr int kLanes = 4;
#endif
typedef float Lanes __attribute__((vector_size(kLanes * 4)));
typedef float LooseLanes __attribute__((vector_size(kLanes * 4), aligned(4)));
typedef std::uint32_t Words __attribute__((vector_size(kLanes * 4)));

// Twelve chains hide a latency of four to six cycles on two units, and fit sixteen registers.
#define DLIS_CHAINS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)
constexpr int kChains = 12;

// x = step(x) in every chain. None begins at the fixed point 1 of `multiply_add`: that one would be
// folded away.
template <class V, class Step>
inline __attribute__((always_inline)) float chains(std::int64_t turns, Step step) {
#define BEGIN(i) V x##i = V{} + (i + 2);
  DLIS_CHAINS(BEGIN)
  for (; turns > 0; --turns) {
#define TURN(i) x##i = step(x##i);
    DLIS_CHAINS(TURN)
  }
  V sum = {};
#define END(i) sum += x##i;
  DLIS_CHAINS(END)
  return float(sum[0]);
}

float multiply_add(std::int64_t turns) {
  const Lanes scale = Lanes{} + 0.999f, shift = Lanes{} + 0.001f;
  return chains<Lanes>(turns, [&](Lanes x) { return x * scale + shift; });
}

// The instructions of the integer kernels (compute/simd/ints.h), and how many multiply-adds each
// lane of 32 bits has of them.
#if defined(DLIS_SIMD_avx512)
constexpr int kByteProducts = 4;
Words multiply_bytes(Words x) {
  const __m512i factors = _mm512_set1_epi8(3);
  return (Words)_mm512_dpbusd_epi32((__m512i)x, factors, factors);
}
#elif defined(DLIS_SIMD_avx2)
constexpr int kByteProducts = 2;
Words multiply_bytes(Words x) {
  const __m256i products = _mm256_madd_epi16((__m256i)x, _mm256_set1_epi16(3));
  return (Words)_mm256_add_epi32((__m256i)x, products);
}
#elif defined(DLIS_SIMD_neon_i8mm)
constexpr int kByteProducts = 8;
Words multiply_bytes(Words x) {
  return (Words)vusmmlaq_s32((int32x4_t)x, vdupq_n_u8(3), vdupq_n_s8(3));
}
#elif defined(DLIS_SIMD_neon_dot)
constexpr int kByteProducts = 4;
Words multiply_bytes(Words x) {
  const int8x16_t factors = vdupq_n_s8(3);
  return (Words)vdotq_s32((int32x4_t)x, factors, factors);
}
#elif defined(DLIS_SIMD_neon)
constexpr int kByteProducts = 1;
Words multiply_bytes(Words x) {
  const int16x4_t factors = vdup_n_s16(3);
  return (Words)vmlal_s16((int32x4_t)x, factors, factors);
}
#else
constexpr int kByteProducts = 1;
Words multiply_bytes(Words x) { return x * 0x9e3779b1u + 1; }
#endif

float multiply_add_bytes(std::int64_t turns) {
  return chains<Words>(turns, [](Words x) { return multiply_bytes(x); });
}

#if defined(DLIS_SIMD_avx512)
float multiply_add_bf16(std::int64_t turns) {
  const __m512bh ones = (__m512bh)_mm512_set1_epi16(0x3f80);
  return chains<Lanes>(turns,
                       [&](Lanes x) { return (Lanes)_mm512_dpbf16_ps((__m512)x, ones, ones); });
}
constexpr CeilingLoop kBf16 = {kChains * kLanes * 4, multiply_add_bf16};
#elif defined(DLIS_SIMD_neon_i8mm)
float multiply_add_bf16(std::int64_t turns) {
  const bfloat16x8_t ones = vreinterpretq_bf16_u16(vdupq_n_u16(0x3f80));
  return chains<Lanes>(turns,
                       [&](Lanes x) { return (Lanes)vbfdotq_f32((float32x4_t)x, ones, ones); });
}
constexpr CeilingLoop kBf16 = {kChains * kLanes * 4, multiply_add_bf16};
#else
constexpr CeilingLoop kBf16 = {};
#endif

// Eight streams side by side: the prefetchers follow each only to the end of its page, so a single
// one stops and starts. On a Zen 3, one read 13 GB/s (asked for a page ahead: 14), two 18, four 20,
// eight 21.
float read(const float* from, std::size_t count) {
  const std::size_t stream = count / 8;
  Lanes even = {}, odd = {};
  const auto add = [&](const float* p) {
    even += *reinterpret_cast<const LooseLanes*>(p);
    odd += *reinterpret_cast<const LooseLanes*>(p + kLanes);
  };
  for (const float* end = from + stream; from != end; from += 2 * kLanes) {
    add(from), add(from + stream), add(from + 2 * stream), add(from + 3 * stream);
    add(from + 4 * stream), add(from + 5 * stream), add(from + 6 * stream), add(from + 7 * stream);
  }
  return (even + odd)[0];
}

}  // namespace

extern constinit const CeilingLoops ceiling_loops = {
    .f32 = {kChains * kLanes * 2, multiply_add},
    .bf16 = kBf16,
    .int8 = {kChains * kLanes * kByteProducts * 2, multiply_add_bytes},
    .read = read};

}  // namespace dlis::DLIS_SIMD
