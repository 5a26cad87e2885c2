// A convolution as a matrix product whose left matrix is never written down, of any GemmKind: what
// the rows `indirect_gemm`, `bf16_gemm`, `int8_gemm`, `ternary_gemm` and `bsr_direct` share.
#pragma once
#include "dlis/compute/row.h"

namespace dlis {

// Refuses images that are too large with their padding. Types and formats are for the row to check.
Verdict gemm_accepts(const ConvProblem& problem);

// Of all kinds but those of bsr, which bsr_packing.h packs.
std::size_t gemm_packed_bytes(const ConvProblem& problem, const Encoded*);
void gemm_pack(const ConvProblem& problem, const Encoded* weights, const float* bias,
               std::byte* packed);
std::size_t gemm_scratch_bytes(const ConvProblem& problem);
int gemm_phases(const ConvProblem&);
std::int64_t gemm_tiles(const ConvProblem& problem, int);
// Multiply-adds, those of filled-up panels of 16 filters included.
double gemm_work(const ConvProblem& problem);
void gemm_run(const ConvProblem& problem, const Call& call, int, Range range, Worker worker);

}  // namespace dlis
