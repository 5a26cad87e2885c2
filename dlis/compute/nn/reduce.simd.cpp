// Sums and maxima: down the columns of a matrix, and along contiguous elements.
#include "dlis/compute/nn/reduce_kernels.h"
#include "dlis/compute/simd/math.h"

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
constexpr std::int64_t kElementsAtOnce = 1024;

template <class Op>
DLIS_INLINE void columns(std::int64_t rows, std::int64_t cols, const float* in, std::int64_t stride,
                         float* acc) {
  std::int64_t c = 0;
  for (; c + 4 * kLanes <= cols; c += 4 * kLanes) {
    const float* p = in + c;
    Vec a = splat(Op::kStart), b = a, d = a, e = a;
    for (std::int64_t r = 0; r < rows; ++r, p += stride) {
      a = Op::join(a, load(p));
      b = Op::join(b, load(p + kLanes));
      d = Op::join(d, load(p + 2 * kLanes));
      e = Op::join(e, load(p + 3 * kLanes));
    }
    store(acc + c, Op::join(load(acc + c), a));
    store(acc + c + kLanes, Op::join(load(acc + c + kLanes), b));
    store(acc + c + 2 * kLanes, Op::join(load(acc + c + 2 * kLanes), d));
    store(acc + c + 3 * kLanes, Op::join(load(acc + c + 3 * kLanes), e));
  }
  for (; c < cols; c += kLanes) {
    const int lanes = static_cast<int>(cols - c < kLanes ? cols - c : kLanes);
    Vec a = splat(Op::kStart);
    for (std::int64_t r = 0; r < rows; ++r) a = Op::join(a, load(in + c + r * stride, lanes));
    store(acc + c, Op::join(load(acc + c, lanes), a), lanes);
  }
}

template <class Op>
DLIS_INLINE void all_columns(std::int64_t rows, std::int64_t cols, const float* in,
                             std::int64_t stride, float* acc) {
  for (std::int64_t r = 0; r < rows; r += kRowsAtOnce)
    columns<Op>(rows - r < kRowsAtOnce ? rows - r : kRowsAtOnce, cols, in + r * stride, stride,
                acc);
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

}  // namespace

extern const ReduceKernels reduce_kernels;
const ReduceKernels reduce_kernels = {
    .sum_rows = sum_rows, .max_rows = max_rows, .sum = sum, .max = max};

}  // namespace dlis::DLIS_SIMD
