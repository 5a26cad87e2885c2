// The row `bf16_gemm`: bf16 activations and weights, summed in f32.
#include "dlis/compute/conv/gemm_tiles.h"
#include "dlis/compute/narrow.h"

namespace dlis {
namespace {

Verdict accepts(const ConvProblem& p) {
  if (const Verdict types = accepts_half(p, DType::bf16); !types) return types;
  return gemm_accepts(p);
}

}  // namespace

// Products of two bf16 are exact in f32; AVX512_BF16 rounds two sums a step and takes denormals for
// 0, elsewhere each product is one fused multiply-add.
extern constinit const ConvRow bf16_gemm_row{
    .name = "bf16_gemm",
    .summary = "indirect_gemm of bf16 activations and weights, two products a lane and step",
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
};

}  // namespace dlis
