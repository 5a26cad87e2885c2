// Instruction sets a kernel may be compiled for, and which of them this machine runs.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace dlis {

// ARM: `neon` is armv7 with fused multiply-add or armv8.0; `neon_dot` adds fp16 and dot products of
// bytes (armv8.2: Cortex-A55, A76), `neon_i8mm` matrix products of bytes and bf16 (armv8.6).
enum class Isa : std::uint8_t { generic, avx2, avx512, neon, neon_dot, neon_i8mm };

// "avx2"; "unknown" beyond the last.
std::string_view name_of(Isa isa);
constexpr bool is_neon(Isa isa) {
  return isa == Isa::neon || isa == Isa::neon_dot || isa == Isa::neon_i8mm;
}

// The widest ISA of this build that this machine runs, capped by the environment's DLIS_ISA
// (an unknown name there is ignored here and reported by `dlis doctor`).
Isa host_isa();

// The same for a cap given as text; one that is unknown or of another architecture caps nothing.
// `generic` is the least that every machine of an architecture runs: on aarch64 that is neon.
Isa host_isa_under(std::string_view cap);
bool is_isa_name(std::string_view name);
// All of this build that this machine runs under DLIS_ISA, narrowest first, up to
// host_isa().
std::vector<Isa> host_isas();

}  // namespace dlis
