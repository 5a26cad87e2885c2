// Tests the choice of the instruction set and its cap.
#include "dlis/hardware/isa.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace dlis {
namespace {

TEST(Isa, NamesAreKnown) {
  for (const Isa isa :
       {Isa::generic, Isa::avx2, Isa::avx512, Isa::neon, Isa::neon_dot, Isa::neon_i8mm})
    EXPECT_TRUE(is_isa_name(name_of(isa)));
  EXPECT_FALSE(is_isa_name("sse9"));
  EXPECT_FALSE(is_isa_name(""));
}

#if defined(__aarch64__)
constexpr Isa kLeast = Isa::neon;
#else
constexpr Isa kLeast = Isa::generic;
#endif

TEST(Isa, ACapNeverWidens) {
  const Isa widest = host_isa_under("");
  EXPECT_EQ(host_isa_under("generic"), kLeast);
  EXPECT_EQ(host_isa_under(name_of(widest)), widest);
  EXPECT_EQ(host_isa_under("sse9"), widest);
#if defined(__x86_64__)
  EXPECT_EQ(host_isa_under("neon"), widest);
  EXPECT_EQ(host_isa_under("avx512"), widest);
  EXPECT_NE(host_isa_under("avx2"), Isa::avx512);
  if (widest != Isa::generic) {
    EXPECT_EQ(host_isa_under("avx2"), Isa::avx2);
  }
#endif
}

TEST(Isa, AllOfTheHostEndWithTheWidest) {
  const std::vector<Isa> isas = host_isas();
  ASSERT_FALSE(isas.empty());
  EXPECT_EQ(isas.front(), kLeast);
  EXPECT_EQ(isas.back(), host_isa());
  for (const Isa isa : isas) EXPECT_EQ(host_isa_under(name_of(isa)), isa);
}

#if defined(__aarch64__)
// The features' names in /proc/cpuinfo, which the same kernel writes.
TEST(Isa, AgreesWithWhatTheKernelLists) {
  std::ifstream file("/proc/cpuinfo");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  if (text.find("Features") == std::string::npos) GTEST_SKIP() << "not an ARM kernel's list";
  const bool dot = text.find(" asimddp") != std::string::npos;
  const bool i8mm = text.find(" i8mm") != std::string::npos;
  const Isa widest = host_isa_under("");
  EXPECT_EQ(widest == Isa::neon, !dot);
  EXPECT_EQ(widest == Isa::neon_i8mm, i8mm);
}
#endif

// Whoever runs these tests on a known processor says what must be found there.
TEST(Isa, IsTheExpectedOne) {
  const char* expected = std::getenv("DLIS_EXPECTED_ISA");
  if (!expected) GTEST_SKIP() << "DLIS_EXPECTED_ISA names none";
  EXPECT_EQ(name_of(host_isa_under("")), expected);
}

TEST(Isa, TheEnvironmentCaps) {
  const char* cap = std::getenv("DLIS_ISA");
  EXPECT_EQ(host_isa(), host_isa_under(cap ? cap : ""));
}

}  // namespace
}  // namespace dlis
