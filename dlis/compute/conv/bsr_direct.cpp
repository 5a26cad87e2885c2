// The row `bsr_direct`: weights in blocks of 16 output channels; blocks of zeros cost nothing.
//
// An indirect GEMM (gemm_tiles.cpp) whose panel is a block wide: each block that is there is one
// step of the sum, which finds its input by the channel that stands beside it.
#include "dlis/compute/conv/gemm_tiles.h"
#include "dlis/compute/gemm/bsr_packing.h"
#include "dlis/format/bsr.h"

namespace dlis {
namespace {

Verdict accepts(const ConvProblem& p) {
  if (!is_bsr(p.format)) return refuse("needs bsr weights");
  if (!p.all_f32()) return refuse("computes in f32 only");
  if (p.groups > 1 && p.k / p.groups % kBlockColumns != 0)
    return refuse("blocks of 16 output channels reach over its groups");
  if (p.c / p.groups > 0xffff) return refuse("channels do not fit into 16 bits");
  if (p.r * p.s > 64) return refuse("the filter has more than 64 taps");
  return gemm_accepts(p);
}

}  // namespace

extern constinit const ConvRow bsr_direct_row{
    .name = "bsr_direct",
    .summary = "BSR weights; vectors of output channels, work in proportion to the blocks",
    .version = 2,
    .tolerance = {2e-6},
    .accepts = accepts,
    .packed_bytes = [](const ConvProblem& p, const Encoded* w) { return BsrPanels(p).bytes(*w); },
    .pack = [](const ConvProblem& p, const Encoded* weights, const float* bias,
               std::byte* packed) { BsrPanels(p).pack(*weights, bias, packed); },
    .scratch_bytes = gemm_scratch_bytes,
    .phases = gemm_phases,
    .tiles = gemm_tiles,
    .run = gemm_run,
    .work = [](const ConvProblem& p) { return p.density * gemm_work(p); }};

}  // namespace dlis
