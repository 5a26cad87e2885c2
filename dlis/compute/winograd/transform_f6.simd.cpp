// The transforms of F(6x6, 3x3): points 0, +-1, +-2, +-1/2, infinity.
#include "dlis/compute/winograd/transform.h"

namespace dlis::DLIS_SIMD {

namespace {

struct F6 {
  static constexpr int m = 6, a = 8, input_groups = 4, output_groups = 2, output_rows = 3;
  static constexpr int input_row(int group, int i) {
    return group == 0 ? 7 * i : 2 * group - 1 + i;
  }
  static constexpr int output_row(int group, int i) { return group + 2 * i; }

  template <int group>
  DLIS_INLINE void input(const Vec* d, Vec* r) {
    if constexpr (group == 0) {
      r[0] = fma(splat(5.25f), d[4] - d[2], d[0] - d[6]);
      r[1] = fma(splat(5.25f), d[3] - d[5], d[7] - d[1]);
      return;
    }
    Vec even, odd;
    if constexpr (group == 1) {
      even = fma(splat(-4.25f), d[4], d[2] + d[6]);
      odd = fma(splat(-4.25f), d[3], d[1] + d[5]);
    } else if constexpr (group == 2) {
      even = fma(splat(0.25f), d[2], fma(splat(-1.25f), d[4], d[6]));
      odd = fma(splat(0.5f), d[1], fma(splat(-2.5f), d[3], d[5] + d[5]));
    } else {
      even = fma(splat(4.0f), d[2], fma(splat(-5.0f), d[4], d[6]));
      odd = fma(splat(0.5f), d[5], fma(splat(-2.5f), d[3], d[1] + d[1]));
    }
    r[0] = even + odd;
    r[1] = even - odd;
  }

  template <int group>
  DLIS_INLINE void output(const Vec* d, Vec* r) {
    if constexpr (group == 0) {
      const Vec one = d[1] + d[2], two = d[3] + d[4], half = d[5] + d[6];
      r[0] = (d[0] + one) + (two + half);
      r[1] = fma(splat(4.0f), two, fma(splat(0.25f), half, one));
      r[2] = fma(splat(16.0f), two, fma(splat(0.0625f), half, one));
    } else {
      const Vec one = d[1] - d[2], two = d[3] - d[4], half = d[5] - d[6];
      r[0] = fma(splat(2.0f), two, fma(splat(0.5f), half, one));
      r[1] = fma(splat(8.0f), two, fma(splat(0.125f), half, one));
      r[2] = fma(splat(32.0f), two, fma(splat(0.03125f), half, one + d[7]));
    }
  }
};

}  // namespace

extern constinit const WinogradTransforms winograd_f6_transforms = {
    {input_transform<F6, false>, input_transform<F6, true>}, output_transform<F6>};

}  // namespace dlis::DLIS_SIMD
