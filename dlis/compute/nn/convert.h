// QuantizeLinear and DequantizeLinear: every element becomes the real it stands for, then what the
// output stores.
#pragma once
#include "dlis/compute/nn/blob.h"

namespace dlis::nn {

// From f32, bf16, f16, u8, i8 or i32 to f32, bf16, f16, u8 or i8; quantised inputs and outputs by
// their descriptions, raw ones by the node's attributes.
Verdict convert_accepts(const OpProblem& problem);
Blob build_convert(const OpProblem& problem);
std::int64_t convert_tiles(const OpProblem& problem, int);
void convert_run(const OpProblem& problem, const Call& call, int, Range range, Worker);

constexpr OpRow convert_row(const char* name, const char* summary) {
  return {.name = name,
          .summary = summary,
          .tolerance = {1e-6},
          .accepts = convert_accepts,
          .packed_bytes = packed_bytes<build_convert>,
          .pack = pack<build_convert>,
          .scratch_bytes = no_scratch,
          .phases = one_phase,
          .tiles = convert_tiles,
          .run = convert_run};
}

}  // namespace dlis::nn
