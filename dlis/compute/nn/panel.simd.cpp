// Rows of a times a panel of b: six rows by two vectors stay in registers while k runs.
#include "dlis/compute/nn/panel_kernels.h"
#include "dlis/compute/simd/vec.h"

namespace dlis::DLIS_SIMD {
namespace {

constexpr std::int64_t kPanel = 2 * kLanes;

// One row's sums, kept in registers; rows past the last are left out at compile time.
template <bool is_used>
struct RowSums {
  Vec first, second;
  DLIS_INLINE RowSums from(const float* sum) {
    return is_used ? RowSums{load(sum), load(sum + kLanes)} : RowSums{zero(), zero()};
  }
  __attribute__((always_inline)) void add(const float* a, Vec x, Vec y) {
    if (!is_used) return;
    const Vec value = splat(*a);
    first = fma(value, x, first);
    second = fma(value, y, second);
  }
  __attribute__((always_inline)) void store_to(float* sum) const {
    if (!is_used) return;
    store(sum, first);
    store(sum + kLanes, second);
  }
};

template <int rows>
DLIS_INLINE void block(const PanelProduct& p, std::int64_t row) {
  float* const sum = p.sum + row * kPanel;
  auto s0 = RowSums<(rows > 0)>::from(sum);
  auto s1 = RowSums<(rows > 1)>::from(sum + kPanel);
  auto s2 = RowSums<(rows > 2)>::from(sum + 2 * kPanel);
  auto s3 = RowSums<(rows > 3)>::from(sum + 3 * kPanel);
  auto s4 = RowSums<(rows > 4)>::from(sum + 4 * kPanel);
  auto s5 = RowSums<(rows > 5)>::from(sum + 5 * kPanel);
  const float* a = p.a + row * p.a_row;
  const float* b = p.b;
  const std::int64_t step = p.a_row;
  for (std::int64_t k = 0; k < p.depth; ++k, a += p.a_depth, b += p.b_row) {
    const Vec x = load(b), y = load(b + kLanes);
    s0.add(a, x, y);
    s1.add(a + step, x, y);
    s2.add(a + 2 * step, x, y);
    s3.add(a + 3 * step, x, y);
    s4.add(a + 4 * step, x, y);
    s5.add(a + 5 * step, x, y);
  }
  s0.store_to(sum);
  s1.store_to(sum + kPanel);
  s2.store_to(sum + 2 * kPanel);
  s3.store_to(sum + 3 * kPanel);
  s4.store_to(sum + 4 * kPanel);
  s5.store_to(sum + 5 * kPanel);
}

void accumulate(const PanelProduct& p) {
  std::int64_t row = 0;
  for (; row + 6 <= p.rows; row += 6) block<6>(p, row);
  switch (p.rows - row) {
    case 5:
      return block<5>(p, row);
    case 4:
      return block<4>(p, row);
    case 3:
      return block<3>(p, row);
    case 2:
      return block<2>(p, row);
    case 1:
      return block<1>(p, row);
    default:
      return;
  }
}

}  // namespace

extern const PanelKernels panel_kernels;
const PanelKernels panel_kernels = {.panel = kPanel, .accumulate = accumulate};

}  // namespace dlis::DLIS_SIMD
