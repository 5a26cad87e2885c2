// Softmax, LogSoftmax, LRN and LayerNormalization on one contiguous row.
#include "dlis/compute/nn/row_kernels.h"
#include "dlis/compute/simd/math.h"

namespace dlis::DLIS_SIMD {
namespace {

constexpr float kLowest = -__builtin_inff();

// The first `count` lanes from p, the others at -infinity: neutral for the largest and for e^x.
DLIS_INLINE Vec load_lowest(const float* p, int count) {
  alignas(64) float lane[kLanes];
  store(lane, splat(kLowest));
  for (int i = 0; i < count; ++i) lane[i] = p[i];
  return load(lane);
}

DLIS_INLINE float largest(std::int64_t n, const float* in) {
  Vec a = splat(kLowest), b = a;
  std::int64_t i = 0;
  for (; i + 2 * kLanes <= n; i += 2 * kLanes) {
    a = max(a, load(in + i));
    b = max(b, load(in + i + kLanes));
  }
  for (; i + kLanes <= n; i += kLanes) a = max(a, load(in + i));
  if (i < n) b = max(b, load_lowest(in + i, static_cast<int>(n - i)));
  return reduce_max(max(a, b));
}

// The sum of e^(in - shift); the terms themselves go to `out` where that is wanted.
template <bool keeps_terms>
DLIS_INLINE float sum_of_exp(std::int64_t n, const float* in, float shift, float* out) {
  const Vec s = splat(shift);
  Vec a = zero(), b = a;
  std::int64_t i = 0;
  for (; i + 2 * kLanes <= n; i += 2 * kLanes) {
    const Vec x = exp_full(load(in + i) - s), y = exp_full(load(in + i + kLanes) - s);
    a = a + x;
    b = b + y;
    if (keeps_terms) {
      store(out + i, x);
      store(out + i + kLanes, y);
    }
  }
  for (; i < n; i += kLanes) {
    const int lanes = static_cast<int>(n - i < kLanes ? n - i : kLanes);
    const Vec x = exp_full(load_lowest(in + i, lanes) - s);
    a = a + x;
    if (keeps_terms) store(out + i, x, lanes);
  }
  return reduce_add(a + b);
}

// out = in * factor + offset
DLIS_INLINE void scale(std::int64_t n, const float* in, float factor, float offset, float* out) {
  const Vec f = splat(factor), o = splat(offset);
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) store(out + i, fma(load(in + i), f, o));
  const int rest = static_cast<int>(n - i);
  if (rest > 0) store(out + i, fma(load(in + i, rest), f, o), rest);
}

void softmax_f32(std::int64_t n, const float* in, float* out) {
  const float sum = sum_of_exp<true>(n, in, largest(n, in), out);
  scale(n, out, 1 / sum, 0, out);
}

void log_softmax_f32(std::int64_t n, const float* in, float* out) {
  const float shift = largest(n, in);
  const float log_sum = __builtin_logf(sum_of_exp<false>(n, in, shift, out));
  const Vec s = splat(shift), l = splat(log_sum);
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) store(out + i, load(in + i) - s - l);
  const int rest = static_cast<int>(n - i);
  if (rest > 0) store(out + i, load(in + i, rest) - s - l, rest);
}

// x^-beta; AlexNet's 0.75 by square roots.
DLIS_INLINE Vec power(Vec x, float beta) {
  if (beta == 0.75f) {
    const Vec root = sqrt(x);
    return splat(1.0f) / (root * sqrt(root));
  }
  alignas(64) float lane[kLanes];
  store(lane, x);
  for (int i = 0; i < kLanes; ++i) lane[i] = __builtin_powf(lane[i], -beta);
  return load(lane);
}

void lrn_f32(std::int64_t n, const float* in, float* out, float* squares, LrnSettings settings) {
  const std::int64_t before = (settings.size - 1) / 2;
  for (std::int64_t i = 0; i < before; ++i) squares[i] = 0;
  for (std::int64_t i = 0; i < n; ++i) squares[before + i] = in[i] * in[i];
  for (std::int64_t i = before + n; i < n + settings.size + 16; ++i) squares[i] = 0;
  const Vec factor = splat(settings.alpha / static_cast<float>(settings.size));
  const Vec bias = splat(settings.bias);
  for (std::int64_t i = 0; i < n; i += kLanes) {
    const int lanes = static_cast<int>(n - i < kLanes ? n - i : kLanes);
    Vec sum = zero();
    for (std::int64_t j = 0; j < settings.size; ++j) sum = sum + load(squares + i + j);
    store(out + i, load(in + i, lanes) * power(fma(factor, sum, bias), settings.beta), lanes);
  }
}

// The sum of f(x) over a row; lanes behind its end count as f(x) = 0.
template <class F>
DLIS_INLINE float sum_of(std::int64_t n, const float* in, F f) {
  Vec a = zero(), b = a;
  std::int64_t i = 0;
  for (; i + 2 * kLanes <= n; i += 2 * kLanes) {
    a = a + f(load(in + i));
    b = b + f(load(in + i + kLanes));
  }
  for (; i + kLanes <= n; i += kLanes) a = a + f(load(in + i));
  float sum = reduce_add(a + b);
  if (i == n) return sum;
  alignas(64) float lane[kLanes];
  store(lane, f(load(in + i, static_cast<int>(n - i))));
  for (int j = 0; j < static_cast<int>(n - i); ++j) sum += lane[j];
  return sum;
}

// In two passes: the mean of squares less the squared mean would cancel.
void layer_normalization_f32(std::int64_t n, const float* in, float* out, LayerNormalisation with) {
  const float count = static_cast<float>(n);
  const float mean = sum_of(
                         n, in, [](Vec x) __attribute__((always_inline)) { return x; }) /
                     count;
  const Vec m = splat(mean);
  const float squares = sum_of(
      n, in, [=](Vec x) __attribute__((always_inline)) { return (x - m) * (x - m); });
  const Vec factor = splat(1 / __builtin_sqrtf(squares / count + with.epsilon));
  for (std::int64_t i = 0; i < n; i += kLanes) {
    const int lanes = static_cast<int>(n - i < kLanes ? n - i : kLanes);
    const Vec x = (load(in + i, lanes) - m) * factor;
    store(out + i, fma(x, load(with.scale + i), load(with.bias + i)), lanes);
  }
}

}  // namespace

extern const RowKernels row_kernels;
const RowKernels row_kernels = {.softmax = softmax_f32,
                                .log_softmax = log_softmax_f32,
                                .lrn = lrn_f32,
                                .layer_normalization = layer_normalization_f32};

}  // namespace dlis::DLIS_SIMD
