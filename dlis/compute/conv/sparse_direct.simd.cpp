// The kernels of sparse_direct, once per ISA.
//
// Several vectors of pixels stay in registers while one output's non-zeros pass by: each is a
// broadcast weight, an offset that is the same for all pixels, and a fused multiply-add a vector.
#include "dlis/compute/conv/sparse_direct.h"

#include "dlis/compute/simd/activate.h"
#include "dlis/compute/simd/transpose.h"
#include "dlis/compute/simd/unroll.h"

namespace dlis::DLIS_SIMD {

namespace {

constexpr int kGroup = 8;  // vectors of pixels summed at once

void gather(const SparseGather& g) {
  for (std::int64_t i = 0; i < g.length; i += kLanes)
    for (std::int64_t c = 0; c < g.channels; c += kLanes) {
      Vec x[kLanes];
      unroll<kLanes>(
          DLIS_LAMBDA(lane) { x[lane.value] = load(g.taps[i + lane.value] + g.first + c); });
      transpose(x);
      float* to = g.planes + c * g.channel + i;
      unroll<kLanes>(DLIS_LAMBDA(lane) {
        if (c + lane.value < g.channels) store(to + lane.value * g.channel, x[lane.value]);
      });
    }
}

// A value in all lanes. One of bf16 is the upper half of a word that begins before it.
DLIS_INLINE Vec spread(const float* p) { return splat(*p); }
DLIS_INLINE Vec spread(const std::uint16_t* p) { return splat_upper(p); }
DLIS_INLINE Vec spread(const std::int8_t* p) { return splat(float(*p)); }

// `outputs` of them side by side: a single vector of pixels would wait for its own last sum.
template <class Value, int outputs, int vectors>
DLIS_INLINE void sum_outputs(const SparseSum& s, const float* planes, float* sums, std::int64_t k) {
  const auto* values = reinterpret_cast<const Value*>(s.values);
  std::uint32_t j[outputs], shared = ~0u;
  Vec sum[outputs * vectors];
  const auto add = DLIS_LAMBDA(o) {
    const Vec w = spread(values + j[o.value]);
    const float* x = planes + s.offsets[j[o.value]++];
    unroll<vectors>(DLIS_LAMBDA(v) {
      Vec& to = sum[o.value * vectors + v.value];
      to = fma(w, load(x + v.value * kLanes), to);
    });
  };
  unroll<outputs>(DLIS_LAMBDA(o) {
    j[o.value] = s.starts[k + o.value];
    const std::uint32_t count = s.starts[k + o.value + 1] - j[o.value];
    shared = count < shared ? count : shared;
    unroll<vectors>(DLIS_LAMBDA(v) {
      sum[o.value * vectors + v.value] = load(sums + o.value * s.pixels + v.value * kLanes);
    });
  });
  for (; shared > 0; --shared) unroll<outputs>(add);
  unroll<outputs>(DLIS_LAMBDA(o) {
    const std::uint32_t end = s.starts[k + o.value + 1];
    while (j[o.value] < end) add(o);
    unroll<vectors>(DLIS_LAMBDA(v) {
      store(sums + o.value * s.pixels + v.value * kLanes, sum[o.value * vectors + v.value]);
    });
  });
}

template <class Value, int vectors>
void sum_group(const SparseSum& s, std::int64_t pixel) {
  constexpr int side_by_side = vectors == 1 ? 4 : vectors <= 3 ? 2 : 1;
  const float* planes = s.planes + pixel;
  float* sums = s.sums + pixel;
  std::int64_t k = 0;
  for (; k + side_by_side <= s.outputs; k += side_by_side)
    sum_outputs<Value, side_by_side, vectors>(s, planes, sums + k * s.pixels, k);
  for (; k < s.outputs; ++k) sum_outputs<Value, 1, vectors>(s, planes, sums + k * s.pixels, k);
}

template <class Value, int vectors>
void sum_rest(const SparseSum& s, std::int64_t pixel) {
  if constexpr (vectors > 0) {
    if (s.pixels - pixel == vectors * kLanes) return sum_group<Value, vectors>(s, pixel);
    sum_rest<Value, vectors - 1>(s, pixel);
  }
}

template <class Value>
void sum(const SparseSum& s) {
  std::int64_t pixel = 0;
  for (; pixel + kGroup * kLanes <= s.pixels; pixel += kGroup * kLanes)
    sum_group<Value, kGroup>(s, pixel);
  sum_rest<Value, kGroup - 1>(s, pixel);
}

void finish(const SparseFinish& f) {
  const Vec a = splat(f.a), b = splat(f.b);
  for (std::int64_t k = 0; k < f.outputs; k += kLanes) {
    const std::int64_t left = f.outputs - k;
    const int count = left < kLanes ? static_cast<int>(left) : kLanes;
    const Vec bias = load(f.bias + k), scale = f.scale ? load(f.scale + k) : splat(1.0f);
    for (int first = 0; first < 16; first += kLanes) {
      Vec x[kLanes];
      unroll<kLanes>(DLIS_LAMBDA(i) {
        x[i.value] = i.value < count ? load(f.sums + (k + i.value) * f.pixels + first) : zero();
      });
      transpose(x);
      unroll<kLanes>(DLIS_LAMBDA(i) {
        if (float* y = f.y[first + i.value]) {
          Vec sum = fma(x[i.value], scale, bias);
          if (f.add) sum = sum + load(f.residual[first + i.value] + k, count);
          store(y + k, activate(sum, f.activation, a, b), count);
        }
      });
    }
  }
}

}  // namespace

extern const SparseKernels sparse_kernels;
const SparseKernels sparse_kernels = {gather, sum<float>, sum<std::uint16_t>, sum<std::int8_t>,
                                      finish};

}  // namespace dlis::DLIS_SIMD
