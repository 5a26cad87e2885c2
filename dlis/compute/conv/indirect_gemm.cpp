// The row `indirect_gemm`: f32 activations, and weights in f32, bf16, f16 or bytes, which its
// kernels widen.
#include "dlis/compute/conv/gemm_tiles.h"

namespace dlis {
namespace {

Verdict accepts(const ConvProblem& p) {
  if (!p.all_f32()) return refuse("needs f32 activations");
  const std::string_view format = p.format ? p.format->name : "dense";
  if (format != "dense" && format != "bf16" && format != "f16" && format != "int8")
    return refuse("needs dense, bf16, f16 or int8 weights");
  return gemm_accepts(p);
}

}  // namespace

extern constinit const ConvRow indirect_gemm_row{
    .name = "indirect_gemm",
    .summary = "matrix product on pixels in place, packed weights, no im2col buffer",
    .version = 3,
    .tolerance = {2e-6},
    .accepts = accepts,
    .packed_bytes = gemm_packed_bytes,
    .pack = gemm_pack,
    .scratch_bytes = gemm_scratch_bytes,
    .phases = gemm_phases,
    .tiles = gemm_tiles,
    .run = gemm_run,
    .portable = true,
    .work = gemm_work};

}  // namespace dlis
