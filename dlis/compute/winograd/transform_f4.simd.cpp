// The transforms of F(4x4, 3x3): points 0, +-3/4, +-3/2, infinity.
#include "dlis/compute/winograd/transform.h"

namespace dlis::DLIS_SIMD {

namespace {

struct F4 {
  static constexpr int m = 4, a = 6, input_groups = 3, output_groups = 2, output_rows = 2;
  static constexpr int input_row(int group, int i) {
    return group == 0 ? 5 * i : 2 * group - 1 + i;
  }
  static constexpr int output_row(int group, int i) { return group + 2 * i; }

  template <int group>
  DLIS_INLINE void input(const Vec* d, Vec* r) {
    if constexpr (group == 0) {
      r[0] = fma(splat(81.0f / 64), d[0], fma(splat(-45.0f / 16), d[2], d[4]));
      r[1] = fma(splat(81.0f / 64), d[1], fma(splat(-45.0f / 16), d[3], d[5]));
      return;
    }
    const Vec other = splat(group == 1 ? -9.0f / 4 : -9.0f / 16);  // less the other point squared
    const float point = group == 1 ? 3.0f / 4 : 3.0f / 2;
    const Vec even = fma(other, d[2], d[4]), odd = fma(other, d[1], d[3]);
    r[0] = fma(splat(point), odd, even);
    r[1] = fma(splat(-point), odd, even);
  }

  template <int group>
  DLIS_INLINE void output(const Vec* d, Vec* r) {
    if constexpr (group == 0) {
      const Vec near = d[1] + d[2], far = d[3] + d[4];
      r[0] = d[0] + (near + far);
      r[1] = splat(9.0f / 16) * fma(splat(4.0f), far, near);
    } else {
      const Vec near = d[1] - d[2], far = d[3] - d[4];
      r[0] = splat(3.0f / 4) * fma(splat(2.0f), far, near);
      r[1] = fma(splat(27.0f / 64), fma(splat(8.0f), far, near), d[5]);
    }
  }
};

}  // namespace

extern constinit const WinogradTransforms winograd_f4_transforms = {
    {input_transform<F4, false>, input_transform<F4, true>}, output_transform<F4>};

}  // namespace dlis::DLIS_SIMD
