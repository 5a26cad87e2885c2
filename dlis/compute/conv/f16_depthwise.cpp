// The row `f16_depthwise`: one filter a channel, activations and weights in f16, summed in f32.
#include "dlis/compute/conv/narrow_depthwise_rows.h"
#include "dlis/compute/narrow.h"

namespace dlis {
namespace {

Verdict accepts(const ConvProblem& p) {
  if (p.groups != p.c || p.k != p.c) return refuse("needs one filter a channel");
  return accepts_half(p, DType::f16);
}

}  // namespace

extern constinit const ConvRow f16_depthwise_row{
    .name = "f16_depthwise",
    .summary = "depthwise of f16 activations and weights, widened to f32",
    .tolerance = {2e-6},
    .accepts = accepts,
    .packed_bytes = narrow_depthwise_packed_bytes,
    .pack = narrow_depthwise_pack,
    .scratch_bytes = narrow_depthwise_scratch_bytes,
    .phases = narrow_depthwise_phases,
    .tiles = narrow_depthwise_tiles,
    .run = narrow_depthwise_run,
};

}  // namespace dlis
