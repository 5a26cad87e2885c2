// The row `ternary_gemm`: activations in f32 or bytes by weights of 2 bits. They stay so in memory,
// 16 times fewer bytes than in f32, 4 times fewer than in int8; a panel is widened to where all
// tiles of a task read it.
#include "dlis/compute/conv/gemm_tiles.h"
#include "dlis/compute/narrow.h"

namespace dlis {
namespace {

Verdict accepts(const ConvProblem& p) {
  if (!p.format || p.format->name != std::string_view("ternary2"))
    return refuse("needs ternary2 weights");
  if (p.integer()) {
    if (const Verdict types = accepts_bytes(p, "ternary2"); !types) return types;
  } else if (!p.all_f32()) {
    return refuse("needs activations in f32 or bytes");
  }
  return gemm_accepts(p);
}

}  // namespace

extern constinit const ConvRow ternary_gemm_row{
    .name = "ternary_gemm",
    .summary = "matrix product with weights of 2 bits, widened a panel at a time",
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
