// The row `int8_depthwise`: one filter of signed bytes a channel.
#include "dlis/compute/conv/narrow_depthwise_rows.h"
#include "dlis/compute/narrow.h"

namespace dlis {
namespace {

constexpr std::int64_t kMostTaps = (1 << 24) / (2 * 255 * 128);  // f32 holds the sum exactly

Verdict accepts(const ConvProblem& p) {
  if (p.groups != p.c || p.k != p.c) return refuse("needs one filter a channel");
  if (p.r * p.s > kMostTaps) return refuse("f32 does not hold the sum of so many products");
  return accepts_bytes(p);
}

}  // namespace

extern constinit const ConvRow int8_depthwise_row{
    .name = "int8_depthwise",
    .summary =
        "depthwise of bytes, three products a lane and step, or in f32, which holds their sums "
        "exactly",
    .version = 2,
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
