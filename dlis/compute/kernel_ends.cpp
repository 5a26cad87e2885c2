// Works out how a problem's sums become outputs.
#include "dlis/compute/kernel_ends.h"

#include <algorithm>
#include <limits>

#include "dlis/compute/problem.h"

namespace dlis {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr std::int32_t kFlip = 128;

void set_clamp(const FusedEnds& ends, KernelEnds& to) {
  to.activation = ends.activation;
  to.clamped = true;
  to.low = -kInfinity;
  to.high = kInfinity;
  if (ends.activation == Activation::none) return;
  if (ends.activation == Activation::relu) {
    to.low = 0;
    return;
  }
  to.clamped = ends.activation == Activation::clip;
  to.low = ends.a;
  to.high = ends.b;
}

void set_output(const ConvProblem& p, KernelEnds& to) {
  to.y_f32 = p.y_type == DType::f32;
  to.least = -kInfinity;
  to.most = kInfinity;
  if (!is_byte(p.y_type)) return;
  const int lowest = p.y_type == DType::i8 ? -128 : 0;
  to.y_zero = p.y_scale.zero;
  to.least = float(lowest - to.y_zero);
  to.most = float(lowest + 255 - to.y_zero);
  if (!to.clamped) {
    to.rest = p.y_scale.scale;
    return;
  }
  to.unit = p.y_scale.scale;
  to.low = std::clamp(to.low / to.unit, to.least, to.most);
  to.high = std::clamp(to.high / to.unit, to.least, to.most);
}

}  // namespace

KernelEnds kernel_ends(const ConvProblem& p) {
  KernelEnds ends;
  set_clamp(p.ends, ends);
  set_output(p, ends);
  ends.add_f32 = p.add_type == DType::f32;
  ends.add_scale = p.add_scale.scale / ends.unit;
  ends.add_flip = p.add_type == DType::i8 ? kFlip : 0;
  ends.add_zero = p.add_scale.zero + ends.add_flip;
  ends.x_flip = p.type == DType::i8 ? kFlip : 0;
  ends.x_zero = p.x_scale.zero + ends.x_flip;
  return ends;
}

}  // namespace dlis
