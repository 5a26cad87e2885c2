// The elementwise kernels. The last lanes of a row go through the same vector instructions as all
// others, so an element's bits do not depend on where it lies.
#include "dlis/compute/nn/elementwise_kernels.h"
#include "dlis/compute/simd/activate.h"
#include "dlis/compute/simd/math.h"

namespace dlis::DLIS_SIMD {
namespace {

// One row's operand: contiguous, or one value for the whole row.
template <bool is_contiguous>
struct Operand {
  const float* data;
  Vec value;
  DLIS_INLINE Operand at(const ElementwiseBlock& block, int i, std::int64_t row) {
    const float* data = block.in[i] + row * block.in_row[i];
    return {data, is_contiguous ? zero() : splat(*data)};
  }
  __attribute__((always_inline)) Vec whole(std::int64_t i) const {
    return is_contiguous ? load(data + i) : value;
  }
  __attribute__((always_inline)) Vec first(std::int64_t i, int count) const {
    return is_contiguous ? load(data + i, count) : value;
  }
};

// One row: whole vectors, then the last lanes.
template <class F, class... Operands>
DLIS_INLINE void for_row(const ElementwiseBlock& block, std::int64_t row, F f,
                         Operands... operand) {
  float* const out = block.out + row * block.out_row;
  std::int64_t i = 0;
  for (; i + kLanes <= block.cols; i += kLanes) store(out + i, f(operand.whole(i)...));
  const int rest = static_cast<int>(block.cols - i);
  if (rest > 0) store(out + i, f(operand.first(i, rest)...), rest);
}

template <bool x, class F>
DLIS_INLINE void for_rows(const ElementwiseBlock& block, F f) {
  for (std::int64_t row = 0; row < block.rows; ++row)
    for_row(block, row, f, Operand<x>::at(block, 0, row));
}

template <bool x, bool y, class F>
DLIS_INLINE void for_rows(const ElementwiseBlock& block, F f) {
  for (std::int64_t row = 0; row < block.rows; ++row)
    for_row(block, row, f, Operand<x>::at(block, 0, row), Operand<y>::at(block, 1, row));
}

template <bool x, bool y, bool z, class F>
DLIS_INLINE void for_rows(const ElementwiseBlock& block, F f) {
  for (std::int64_t row = 0; row < block.rows; ++row)
    for_row(block, row, f, Operand<x>::at(block, 0, row), Operand<y>::at(block, 1, row),
            Operand<z>::at(block, 2, row));
}

template <class F>
DLIS_INLINE void unary(const ElementwiseBlock& block, F f) {
  if (block.in_col[0] == 1) {
    for_rows<true>(block, f);
  } else {
    for_rows<false>(block, f);
  }
}

template <class F>
DLIS_INLINE void binary(const ElementwiseBlock& block, F f) {
  if (block.in_col[0] == 1) {
    if (block.in_col[1] == 1) {
      for_rows<true, true>(block, f);
    } else {
      for_rows<true, false>(block, f);
    }
  } else if (block.in_col[1] == 1) {
    for_rows<false, true>(block, f);
  } else {
    for_rows<false, false>(block, f);
  }
}

#define DLIS_UNARY(name, expression)                                              \
  void name##_f32(const ElementwiseBlock& block) {                                \
    [[maybe_unused]] const Vec a = splat(block.a), b = splat(block.b);            \
    unary(                                                                        \
        block, [=](Vec x) __attribute__((always_inline)) { return expression; }); \
  }
#define DLIS_BINARY(name, expression)                                                   \
  void name##_f32(const ElementwiseBlock& block) {                                      \
    binary(                                                                             \
        block, [](Vec x, Vec y) __attribute__((always_inline)) { return expression; }); \
  }

DLIS_UNARY(relu, activate(x, Activation::relu, a, b))
DLIS_UNARY(leaky_relu, activate(x, Activation::leaky_relu, a, b))
DLIS_UNARY(clip, activate(x, Activation::clip, a, b))
DLIS_UNARY(sigmoid, sigmoid(x))
DLIS_UNARY(tanh, tanh(x))
DLIS_UNARY(hard_sigmoid, activate(x, Activation::hardsigmoid, a, b))
DLIS_UNARY(hard_swish, activate(x, Activation::hardswish, a, b))
DLIS_UNARY(exp, exp_full(x))
DLIS_UNARY(sqrt, sqrt(x))
DLIS_UNARY(erf, erf(x))
DLIS_UNARY(neg, x* splat(-1.0f))
DLIS_UNARY(reciprocal, splat(1.0f) / x)
DLIS_UNARY(gelu, x* fma(splat(0.5f), erf(x* splat(0.70710678f)), splat(0.5f)))

DLIS_BINARY(add, x + y)
DLIS_BINARY(sub, x - y)
DLIS_BINARY(mul, x* y)
DLIS_BINARY(div, x / y)
DLIS_BINARY(max, max_nan(x, y))
DLIS_BINARY(min, min_nan(x, y))
DLIS_BINARY(prelu, select(less(x, zero()), x* y, x))

void multiply_add_f32(const ElementwiseBlock& block) {
  const auto f = [](Vec x, Vec y, Vec z) __attribute__((always_inline)) { return fma(x, y, z); };
  if (block.in_col[0] == 1 && block.in_col[1] == 1) {
    for_rows<true, true, true>(block, f);
  } else {
    for_rows<true, false, false>(block, f);
  }
}

// The C library's power, but for the exponents that networks have.
void pow_f32(const ElementwiseBlock& block) {
  for (std::int64_t row = 0; row < block.rows; ++row) {
    const float* const x = block.in[0] + row * block.in_row[0];
    const float* const y = block.in[1] + row * block.in_row[1];
    float* const out = block.out + row * block.out_row;
    if (block.in_col[0] == 1 && block.in_col[1] == 0 && *y == 2.0f) {
      for_row(
          block, row, [](Vec base) __attribute__((always_inline)) { return base * base; },
          Operand<true>::at(block, 0, row));
    } else {
      for (std::int64_t i = 0; i < block.cols; ++i)
        out[i] = __builtin_powf(x[i * block.in_col[0]], y[i * block.in_col[1]]);
    }
  }
}

}  // namespace

extern const ElementwiseKernels elementwise_kernels;
const ElementwiseKernels elementwise_kernels = {.relu = relu_f32,
                                                .leaky_relu = leaky_relu_f32,
                                                .clip = clip_f32,
                                                .sigmoid = sigmoid_f32,
                                                .tanh = tanh_f32,
                                                .hard_sigmoid = hard_sigmoid_f32,
                                                .hard_swish = hard_swish_f32,
                                                .exp = exp_f32,
                                                .sqrt = sqrt_f32,
                                                .erf = erf_f32,
                                                .neg = neg_f32,
                                                .reciprocal = reciprocal_f32,
                                                .gelu = gelu_f32,
                                                .add = add_f32,
                                                .sub = sub_f32,
                                                .mul = mul_f32,
                                                .div = div_f32,
                                                .max = max_f32,
                                                .min = min_f32,
                                                .prelu = prelu_f32,
                                                .pow = pow_f32,
                                                .multiply_add = multiply_add_f32};

}  // namespace dlis::DLIS_SIMD
