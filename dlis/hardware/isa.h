// Instruction sets a kernel may be compiled for, and which of them this machine runs.
#pragma once
#include <cstdint>
#include <string_view>

namespace dlis {

enum class Isa : std::uint8_t { generic, avx2, avx512, neon };

std::string_view name_of(Isa isa);

// The widest ISA of this build that this machine runs, capped by the environment's DLIS_ISA
// (an unknown name there is ignored here and reported by `dlis doctor`).
Isa host_isa();

}  // namespace dlis
