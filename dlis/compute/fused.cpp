// The activations by their definition.
#include "dlis/compute/fused.h"

#include <algorithm>
#include <cmath>

namespace dlis {

double activate(const FusedEnds& ends, double x) {
  switch (ends.activation) {
    case Activation::none:
      return x;
    case Activation::relu:
      return std::max(x, 0.0);
    case Activation::clip:
      return std::min(std::max(x, double(ends.a)), double(ends.b));
    case Activation::leaky_relu:
      return x < 0 ? ends.a * x : x;
    case Activation::hardswish:
      return x * std::clamp(x / 6 + 0.5, 0.0, 1.0);
    case Activation::hardsigmoid:
      return std::clamp(ends.a * x + ends.b, 0.0, 1.0);
    case Activation::sigmoid:
      return 1 / (1 + std::exp(-x));
  }
  return x;
}

}  // namespace dlis
