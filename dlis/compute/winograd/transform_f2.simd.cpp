// The transforms of F(2x2, 3x3): points 0, 1, -1, infinity.
#include "dlis/compute/winograd/transform.h"

namespace dlis::DLIS_SIMD {

namespace {

struct F2 {
  static constexpr int m = 2, a = 4, input_groups = 2, output_groups = 2, output_rows = 1;
  static constexpr int input_row(int group, int i) { return group == 0 ? 3 * i : 1 + i; }
  static constexpr int output_row(int group, int) { return group; }

  template <int group>
  DLIS_INLINE void input(const Vec* d, Vec* r) {
    if constexpr (group == 0) {
      r[0] = d[0] - d[2];
      r[1] = d[3] - d[1];
    } else {
      r[0] = d[2] + d[1];
      r[1] = d[2] - d[1];
    }
  }

  template <int group>
  DLIS_INLINE void output(const Vec* d, Vec* r) {
    if constexpr (group == 0)
      r[0] = d[0] + (d[1] + d[2]);
    else
      r[0] = (d[1] - d[2]) + d[3];
  }
};

}  // namespace

extern constinit const WinogradTransforms winograd_f2_transforms = {
    {input_transform<F2, false>, input_transform<F2, true>}, output_transform<F2>};

}  // namespace dlis::DLIS_SIMD
