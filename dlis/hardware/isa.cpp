// Asks the processor, and on ARM the kernel, which instruction sets there are.
#include "dlis/hardware/isa.h"

#include <cstdlib>
#include <iterator>

#include "dlis/hardware/simd_table.h"

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__) || defined(__arm__)
#include <sys/auxv.h>
#endif

namespace dlis {
namespace {

constexpr Isa kAll[] = {Isa::generic, Isa::avx2,     Isa::avx512,
                        Isa::neon,    Isa::neon_dot, Isa::neon_i8mm};

// Exactly the extensions that cmake/simd.cmake compiles each ISA with.
#if defined(__x86_64__)
bool has_f16c() {  // clang 14 does not know this name in __builtin_cpu_supports
  unsigned a, b, c = 0, d;
  return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_F16C);
}

bool runs(Isa isa) {
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && has_f16c();
  switch (isa) {
    case Isa::generic:
      return true;
    case Isa::avx2:
      return avx2;
    case Isa::avx512:
      return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
             __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bf16");
    default:
      return false;
  }
}
#elif defined(__aarch64__)
bool runs(Isa isa) {
  // HWCAP_* and HWCAP2_* of the kernel's ABI: FPHP and ASIMDHP, ASIMDDP; I8MM, BF16.
  constexpr unsigned long kHalf = 1ul << 9 | 1ul << 10, kDot = 1ul << 20;
  constexpr unsigned long kMatrix = 1ul << 13 | 1ul << 14;
  const unsigned long first = getauxval(AT_HWCAP), second = getauxval(AT_HWCAP2);
  const bool dot = (first & kHalf) == kHalf && (first & kDot);
  switch (isa) {
    case Isa::generic:
    case Isa::neon:
      return true;
    case Isa::neon_dot:
      return dot;
    case Isa::neon_i8mm:
      return dot && (second & kMatrix) == kMatrix;
    default:
      return false;
  }
}
#elif defined(__arm__)
bool runs(Isa isa) {
  constexpr unsigned long kNeon = 1ul << 12, kVfpv4 = 1ul << 16;  // HWCAP_* of the kernel's ABI
  const unsigned long features = getauxval(AT_HWCAP);
  return isa == Isa::generic || (isa == Isa::neon && (features & kNeon) && (features & kVfpv4));
}
#else
bool runs(Isa isa) { return isa == Isa::generic; }
#endif

// Widest first, as this build has them.
#define DLIS_NAME(isa) Isa::isa,
constexpr Isa kBuilt[] = {DLIS_FOR_EACH_ISA(DLIS_NAME)};
#undef DLIS_NAME

}  // namespace

std::string_view name_of(Isa isa) {
  switch (isa) {
    case Isa::generic:
      return "generic";
    case Isa::avx2:
      return "avx2";
    case Isa::avx512:
      return "avx512";
    case Isa::neon:
      return "neon";
    case Isa::neon_dot:
      return "neon_dot";
    case Isa::neon_i8mm:
      return "neon_i8mm";
  }
  return "unknown";
}

bool is_isa_name(std::string_view name) {
  for (const Isa isa : kAll)
    if (name_of(isa) == name) return true;
  return false;
}

Isa host_isa_under(std::string_view cap) {
  std::size_t first = cap == name_of(Isa::generic) ? std::size(kBuilt) - 1 : 0;
  for (std::size_t i = 0; i < std::size(kBuilt); ++i)
    if (name_of(kBuilt[i]) == cap) first = i;
  for (std::size_t i = first; i < std::size(kBuilt); ++i)
    if (runs(kBuilt[i])) return kBuilt[i];
  return Isa::DLIS_SIMD_LEAST;
}

Isa host_isa() {
  static const Isa isa = [] {
    const char* cap = std::getenv("DLIS_ISA");
    return host_isa_under(cap ? cap : "");
  }();
  return isa;
}

std::vector<Isa> host_isas() {
  std::vector<Isa> isas;
  for (std::size_t i = std::size(kBuilt); i-- > 0;) {
    if (runs(kBuilt[i])) isas.push_back(kBuilt[i]);
    if (kBuilt[i] == host_isa()) break;
  }
  return isas;
}

}  // namespace dlis
