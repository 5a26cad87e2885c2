// The kernels of a dense layer on few rows, once per ISA.
//
// A panel is one stream of weights a vector of filters: several streams keep more reads of memory
// under way than one does (1.5 times the rate of one on two cores of an AMD EPYC). Few streams are
// asked for ahead as well; with many that costs more than it brings.
#include "dlis/compute/conv/gemv.h"

#include "dlis/compute/simd/activate.h"
#include "dlis/compute/simd/ints.h"
#include "dlis/compute/simd/unroll.h"

namespace dlis::DLIS_SIMD {

namespace {

constexpr std::int64_t kAhead = 512;  // bytes of each stream
constexpr int kFewStreams = 4;

DLIS_INLINE Vec load_weights(const float* b) { return load(b); }
DLIS_INLINE Vec load_weights(const std::uint16_t* b) { return load_bf16(b); }
DLIS_INLINE Vec load_weights(const std::int8_t* b) {
  return to_vec(load_signed_bytes(reinterpret_cast<const std::uint8_t*>(b)));
}

template <int rows, int vectors>
__attribute__((noinline)) void finish(const GemvTile& t, const float* sums) {
  for (int row = 0; row < rows; ++row)
    for (int v = 0; v * kLanes < t.columns; ++v) {
      const int at = v * kLanes;
      const int count = t.columns - at < kLanes ? t.columns - at : kLanes;
      const Vec sum = load(sums + row * vectors * kLanes + at), bias = load(t.bias + at);
      Vec x = t.multiplier ? fma(sum, load(t.multiplier + at), bias) : sum + bias;
      if (t.residual) x = x + load(t.residual + row * t.residual_step + at, count);
      store(t.y + row * t.y_step + at, activate(x, t.activation, splat(t.a), splat(t.b)), count);
    }
}

template <int rows, int vectors, class Weight>
void gemv(const GemvTile& t) {
  Vec sum[rows * vectors];
  unroll<rows * vectors>(DLIS_LAMBDA(i) { sum[i.value] = zero(); });
  const float* x = t.x;
  const Weight* streams[vectors];
  unroll<vectors>(DLIS_LAMBDA(v) {
    streams[v.value] = static_cast<const Weight*>(t.weights) + v.value * t.stream_step;
  });
  for (std::int64_t c = 0; c < t.count; ++c, ++x) {
    Vec w[vectors];
    unroll<vectors>(DLIS_LAMBDA(v) {
      const Weight* from = streams[v.value] + c * kLanes;
      if constexpr (vectors <= kFewStreams)
        __builtin_prefetch(reinterpret_cast<const char*>(from) + kAhead);
      w[v.value] = load_weights(from);
    });
    unroll<rows>(DLIS_LAMBDA(row) {
      const Vec value = splat(x[row.value * t.x_step]);
      unroll<vectors>(DLIS_LAMBDA(v) {
        constexpr int at = row.value * vectors + v.value;
        sum[at] = fma(value, w[v.value], sum[at]);
      });
    });
  }
  alignas(64) float sums[rows * vectors * kLanes];
  unroll<rows * vectors>(DLIS_LAMBDA(i) { store(sums + i.value * kLanes, sum[i.value]); });
  finish<rows, vectors>(t, sums);
}

template <int rows, int vectors, class Weight>
constexpr GemvKernels::Kernel kernel() {
  if constexpr (vectors <= gemv_vectors(rows)) return gemv<rows, vectors, Weight>;
  return nullptr;
}

#define DLIS_VECTORS(rows, Weight)                                                       \
  {                                                                                      \
    kernel<rows, 1, Weight>(), kernel<rows, 2, Weight>(), kernel<rows, 3, Weight>(),     \
        kernel<rows, 4, Weight>(), kernel<rows, 5, Weight>(), kernel<rows, 6, Weight>(), \
        kernel<rows, 7, Weight>(), kernel<rows, 8, Weight>()                             \
  }
#define DLIS_KERNELS(Weight)                                                   \
  {                                                                            \
    DLIS_VECTORS(1, Weight), DLIS_VECTORS(2, Weight), DLIS_VECTORS(3, Weight), \
        DLIS_VECTORS(4, Weight)                                                \
  }

}  // namespace

extern constinit const GemvKernels gemv_kernels = {.f32 = DLIS_KERNELS(float),
                                                   .bf16 = DLIS_KERNELS(std::uint16_t),
                                                   .int8 = DLIS_KERNELS(std::int8_t)};

}  // namespace dlis::DLIS_SIMD
