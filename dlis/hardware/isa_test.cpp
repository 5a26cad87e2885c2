// Tests the choice of the instruction set and its cap.
#include "dlis/hardware/isa.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace dlis {
namespace {

TEST(Isa, NamesAreKnown) {
  for (const Isa isa : {Isa::generic, Isa::avx2, Isa::avx512, Isa::neon})
    EXPECT_TRUE(is_isa_name(name_of(isa)));
  EXPECT_FALSE(is_isa_name("sse9"));
  EXPECT_FALSE(is_isa_name(""));
}

TEST(Isa, ACapNeverWidens) {
  const Isa widest = host_isa_under("");
  EXPECT_EQ(host_isa_under("generic"), Isa::generic);
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

TEST(Isa, TheEnvironmentCaps) {
  const char* cap = std::getenv("DLIS_ISA");
  EXPECT_EQ(host_isa(), host_isa_under(cap ? cap : ""));
}

}  // namespace
}  // namespace dlis
