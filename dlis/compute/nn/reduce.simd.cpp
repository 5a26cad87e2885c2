// Sums and maxima: down the columns of a matrix, and along contiguous elements.
#include "dlis/compute/nn/reduce_kernels.h"
#include "dlis/compute/simd/math.h"
#include "dlis/compute/simd/rounding.h"

namespace dlis::DLIS_SIMD {
namespace {

constexpr float kLowest = -__builtin_inff();

struct Sum {
  static constexpr float kStart = 0;
  DLIS_INLINE Vec join(Vec a, Vec b) { return a + b; }
  DLIS_INLINE float across(Vec a) { return reduce_add(a); }
  DLIS_INLINE float join(float a, float b) { return a + b; }
};

struct Max {
  static constexpr float kStart = kLowest;
  DLIS_INLINE Vec join(Vec a, Vec b) { return max_nan(a, b); }
  DLIS_INLINE float across(Vec a) {
    alignas(64) float lane[kLanes];
    store(lane, a);
    float largest = lane[0];
    for (int i = 1; i < kLanes; ++i) largest = join(largest, lane[i]);
    return largest;
  }
  DLIS_INLINE float join(float a, float b) { return a != a || b != b ? a + b : (a > b ? a : b); }
};

// The first `count` lanes from p, the others at `fill`.
DLIS_INLINE Vec load_filled(const float* p, int count, float fill) {
  alignas(64) float lane[kLanes];
  store(lane, splat(fill));
  for (int i = 0; i < count; ++i) lane[i] = p[i];
  return load(lane);
}

constexpr std::int64_t kRowsAtOnce = 64;
constexpr std::int64_t kColumnsAtOnce = 512;
constexpr std::int64_t kElementsAtOnce = 1024;

// Eight rows are joined as a tree, so that their elements are read in the order of memory.
template <class Op>
DLIS_INLINE Vec eight(const float* p, std::int64_t stride) {
  const Vec a = Op::join(load(p), load(p + stride));
  const Vec b = Op::join(load(p + 2 * stride), load(p + 3 * stride));
  const Vec c = Op::join(load(p + 4 * stride), load(p + 5 * stride));
  const Vec d = Op::join(load(p + 6 * stride), load(p + 7 * stride));
  return Op::join(Op::join(a, b), Op::join(c, d));
}

// acc[c] joined with up to kRowsAtOnce rows, through sums of their own.
template <class Op>
DLIS_INLINE void rows_at_once(std::int64_t rows, std::int64_t cols, const float* in,
                              std::int64_t stride, float* acc, float* sums) {
  const std::int64_t whole = cols / kLanes * kLanes;
  const int rest = static_cast<int>(cols - whole);
  for (std::int64_t c = 0; c < whole; c += kLanes) store(sums + c, splat(Op::kStart));
  std::int64_t r = 0;
  for (; r + 8 <= rows; r += 8)
    for (std::int64_t c = 0; c < whole; c += kLanes)
      store(sums + c, Op::join(load(sums + c), eight<Op>(in + r * stride + c, stride)));
  for (; r < rows; ++r)
    for (std::int64_t c = 0; c < whole; c += kLanes)
      store(sums + c, Op::join(load(sums + c), load(in + r * stride + c)));
  for (std::int64_t c = 0; c < whole; c += kLanes)
    store(acc + c, Op::join(load(acc + c), load(sums + c)));
  if (rest == 0) return;
  Vec sum = splat(Op::kStart);
  for (r = 0; r < rows; ++r) sum = Op::join(sum, load(in + r * stride + whole, rest));
  store(acc + whole, Op::join(load(acc + whole, rest), sum), rest);
}

template <class Op>
DLIS_INLINE void all_columns(std::int64_t rows, std::int64_t cols, const float* in,
                             std::int64_t stride, float* acc) {
  alignas(64) float sums[kColumnsAtOnce];
  for (std::int64_t c = 0; c < cols; c += kColumnsAtOnce)
    for (std::int64_t r = 0; r < rows; r += kRowsAtOnce)
      rows_at_once<Op>(rows - r < kRowsAtOnce ? rows - r : kRowsAtOnce,
                       cols - c < kColumnsAtOnce ? cols - c : kColumnsAtOnce, in + r * stride + c,
                       stride, acc + c, sums);
}

template <class Op>
DLIS_INLINE float piece(std::int64_t n, const float* in) {
  Vec a = splat(Op::kStart), b = a, c = a, d = a;
  std::int64_t i = 0;
  for (; i + 4 * kLanes <= n; i += 4 * kLanes) {
    a = Op::join(a, load(in + i));
    b = Op::join(b, load(in + i + kLanes));
    c = Op::join(c, load(in + i + 2 * kLanes));
    d = Op::join(d, load(in + i + 3 * kLanes));
  }
  for (; i + kLanes <= n; i += kLanes) a = Op::join(a, load(in + i));
  if (i < n) b = Op::join(b, load_filled(in + i, static_cast<int>(n - i), Op::kStart));
  return Op::across(Op::join(Op::join(a, b), Op::join(c, d)));
}

template <class Op>
DLIS_INLINE float all(std::int64_t n, const float* in) {
  float total = Op::kStart;
  for (std::int64_t i = 0; i < n; i += kElementsAtOnce)
    total = Op::join(total, piece<Op>(n - i < kElementsAtOnce ? n - i : kElementsAtOnce, in + i));
  return total;
}

void sum_rows(std::int64_t rows, std::int64_t cols, const float* in, std::int64_t stride,
              float* acc) {
  all_columns<Sum>(rows, cols, in, stride, acc);
}
void max_rows(std::int64_t rows, std::int64_t cols, const float* in, std::int64_t stride,
              float* acc) {
  all_columns<Max>(rows, cols, in, stride, acc);
}
float sum(std::int64_t n, const float* in) { return all<Sum>(n, in); }
float max(std::int64_t n, const float* in) { return all<Max>(n, in); }

template <class T>
DLIS_INLINE void add_rows(std::int64_t rows, std::int64_t cols, const T* in, std::int64_t stride,
                          std::int32_t* __restrict sums) {
  for (std::int64_t r = 0; r < rows; ++r, in += stride)
    for (std::int64_t c = 0; c < cols; ++c) sums[c] += in[c];
}
void add_rows_u8(std::int64_t rows, std::int64_t cols, const std::uint8_t* in, std::int64_t stride,
                 std::int32_t* sums) {
  add_rows(rows, cols, in, stride, sums);
}
void add_rows_i8(std::int64_t rows, std::int64_t cols, const std::int8_t* in, std::int64_t stride,
                 std::int32_t* sums) {
  add_rows(rows, cols, in, stride, sums);
}

template <class T>
DLIS_INLINE void means(std::int64_t cols, const std::int32_t* sums, T* __restrict out, float scale,
                       float count, float zero) {
  for (std::int64_t c = 0; c < cols; ++c)
    out[c] = byte_of<T>(static_cast<float>(sums[c]) * scale / count, zero);
}
void means_u8(std::int64_t cols, const std::int32_t* sums, std::uint8_t* out, float scale,
              float count, float zero) {
  means(cols, sums, out, scale, count, zero);
}
void means_i8(std::int64_t cols, const std::int32_t* sums, std::int8_t* out, float scale,
              float count, float zero) {
  means(cols, sums, out, scale, count, zero);
}

}  // namespace

extern const ReduceKernels reduce_kernels;
const ReduceKernels reduce_kernels = {.sum_rows = sum_rows,
                                      .max_rows = max_rows,
                                      .sum = sum,
                                      .max = max,
                                      .add_rows_u8 = add_rows_u8,
                                      .add_rows_i8 = add_rows_i8,
                                      .means_u8 = means_u8,
                                      .means_i8 = means_i8};

}  // namespace dlis::DLIS_SIMD
