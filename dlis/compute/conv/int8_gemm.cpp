// The row `int8_gemm`: activations in bytes, weights in signed bytes, summed exactly in i32.
#include "dlis/compute/conv/gemm_tiles.h"
#include "dlis/compute/narrow.h"

namespace dlis {
namespace {

Verdict accepts(const ConvProblem& p) {
  if (const Verdict types = accepts_bytes(p); !types) return types;
  return gemm_accepts(p);
}

}  // namespace

extern constinit const ConvRow int8_gemm_row{
    .name = "int8_gemm",
    .summary = "indirect_gemm of bytes, four products a lane and step, requantised where it stores",
    .version = 4,
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
