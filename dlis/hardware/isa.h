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

// The same for a cap given as text; one that is unknown or of another architecture caps nothing.
Isa host_isa_under(std::string_view cap);
bool is_isa_name(std::string_view name);

}  // namespace dlis
