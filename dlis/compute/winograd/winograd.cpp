// Which convolutions the Winograd rows take.
#include "dlis/compute/winograd/winograd.h"

#include <string>

namespace dlis {
namespace {

constexpr std::int64_t kLeastChannels = 8;  // of a vector's lanes; fewer leave most of it idle

// The multiplications of all tiles for each pair of channels.
std::int64_t multiplications(const ConvProblem& p, int m) {
  return ((p.p() + m - 1) / m) * ((p.q() + m - 1) / m) * (m + 2) * (m + 2);
}

}  // namespace

Verdict winograd_accepts(const ConvProblem& p, int m) {
  if (!p.all_f32()) return refuse("needs f32 activations");
  if (p.r != 3 || p.s != 3) return refuse("needs a 3x3 filter");
  if (p.stride_h != 1 || p.stride_w != 1) return refuse("needs stride 1");
  if (p.dilation_h != 1 || p.dilation_w != 1) return refuse("needs dilation 1");
  if (p.groups != 1) return refuse("needs a single group");
  if (p.winograd != 0) return accept();  // no other tile computes the same
  if (p.c < kLeastChannels || p.k < kLeastChannels)
    return refuse("needs at least " + std::to_string(kLeastChannels) +
                  " channels on both sides to pay for its transforms");
  const std::int64_t ours = multiplications(p, m);
  if (ours >= 9 * p.p() * p.q()) return refuse("its tiles are larger than so small a map");
  for (int smaller = 2; smaller < m; smaller += 2)
    if (multiplications(p, smaller) <= ours)
      return refuse("smaller tiles need no more multiplications on so small a map");
  return accept();
}

}  // namespace dlis
