// Multiply-adds without memory, and memory without arithmetic; the compiler's own vectors.
#include "dlis/hardware/ceiling_loops.h"

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

// Twelve chains hide a latency of four to six cycles on two units, and fit sixteen registers. None
// begins at the fixed point 1: that one would be folded away.
#define DLIS_CHAINS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)

float multiply_add(std::int64_t turns) {
  Lanes scale = Lanes{} + 0.999f, shift = Lanes{} + 0.001f;
#define BEGIN(i) Lanes x##i = Lanes{} + float(i + 2);
  DLIS_CHAINS(BEGIN)
  for (; turns > 0; --turns) {
#define TURN(i) x##i = x##i * scale + shift;
    DLIS_CHAINS(TURN)
  }
  Lanes sum = {};
#define END(i) sum += x##i;
  DLIS_CHAINS(END)
  return sum[0];
}

float read(const float* from, std::size_t count) {
  Lanes a = {}, b = {}, c = {}, d = {};
  const auto at = [&](std::size_t i) -> Lanes {
    return *reinterpret_cast<const LooseLanes*>(from + i);
  };
  for (std::size_t i = 0; i < count; i += 4 * kLanes) {
    __builtin_prefetch(from + i + 1024);
    a += at(i);
    b += at(i + kLanes);
    c += at(i + 2 * kLanes);
    d += at(i + 3 * kLanes);
  }
  return (a + b + c + d)[0];
}

}  // namespace

extern constinit const CeilingLoops ceiling_loops = {
    .flops = 12 * kLanes * 2, .multiply_add = multiply_add, .read = read};

}  // namespace dlis::DLIS_SIMD
