// Copies in logical order between two shapes: Reshape, Flatten, Squeeze, Unsqueeze, Identity,
// Dropout and the reorder between physical orders are all this one row.
#pragma once
#include "dlis/compute/nn/copy.h"

namespace dlis::nn {

// Splits the axes of both shapes until they agree (6x4 and 24 become 6x4), so that the copy is
// affine in every axis. False where no split does it (6x4 and 8x3).
bool refine(const TensorDesc& out, const TensorDesc& in, Loops& loops);

Verdict reshape_accepts(const OpProblem& problem);
Blob build_reshape(const OpProblem& problem);
std::int64_t reshape_tiles(const OpProblem& problem, int);
void reshape_run(const OpProblem& problem, const Call& call, int, Range range, Worker);

constexpr OpRow reshape_row_named(const char* name, const char* summary) {
  return {.name = name,
          .summary = summary,
          .tolerance = {0},
          .accepts = reshape_accepts,
          .packed_bytes = packed_bytes<build_reshape>,
          .pack = pack<build_reshape>,
          .scratch_bytes = no_scratch,
          .phases = one_phase,
          .tiles = reshape_tiles,
          .run = reshape_run};
}

}  // namespace dlis::nn
