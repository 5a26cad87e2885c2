// The row `f16_gemm`: f16 activations and weights, summed in f32.
#include "dlis/compute/conv/gemm_tiles.h"
#include "dlis/compute/narrow.h"

namespace dlis {
namespace {

Verdict accepts(const ConvProblem& p) {
  if (const Verdict types = accepts_half(p, DType::f16); !types) return types;
  return gemm_accepts(p);
}

}  // namespace

// Products of two f16 are exact in f32; each is one fused multiply-add.
extern constinit const ConvRow f16_gemm_row{
    .name = "f16_gemm",
    .summary = "indirect_gemm of f16 activations and weights, widened to f32",
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
