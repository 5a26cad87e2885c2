// Tests the small parsers of sysfs and /proc/cpuinfo.
#include "dlis/hardware/sysfs.h"

#include <gmock/gmock.h>

#include "dlis/hardware/cpuinfo.h"
#include "dlis/hardware/device.h"

namespace dlis {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Sysfs, CpuLists) {
  EXPECT_THAT(sysfs::parse_cpu_list("0-3,6\n"), ElementsAre(0, 1, 2, 3, 6));
  EXPECT_THAT(sysfs::parse_cpu_list("7,2-3,3"), ElementsAre(2, 3, 7));
  for (const char* bad : {"", "x", "3-1", "0-3-5", "-1", "0-99999999", "1,,2", "1-", "0-8191,0"})
    EXPECT_THAT(sysfs::parse_cpu_list(bad), IsEmpty()) << bad;
  EXPECT_EQ(sysfs::parse_cpu_list("0-8191").size(), 8192u);
}

TEST(Sysfs, Sizes) {
  EXPECT_EQ(sysfs::parse_size("32K"), 32 << 10);
  EXPECT_EQ(sysfs::parse_size("2M"), 2 << 20);
  EXPECT_EQ(sysfs::parse_size("4096"), 4096);
  for (const char* bad : {"", "K", "0K", "-1K", "32G", "9999999999999K"})
    EXPECT_FALSE(sysfs::parse_size(bad)) << bad;
}

TEST(Cpuinfo, PartOfEachProcessor) {
  const CpuInfo info = parse_cpuinfo(
      "processor : 0\nCPU implementer : 0x41\nCPU part : 0xc07\n\n"
      "processor : 1\nCPU implementer : 0x41\nCPU part : 0xc0f\n\nHardware : BOARD\n");
  EXPECT_EQ(info.board, "BOARD");
  ASSERT_EQ(info.parts.size(), 2u);
  EXPECT_STREQ(find_arm_part(0x41, info.parts.at(0).part)->name, "cortex-a7");
  EXPECT_STREQ(find_arm_part(0x41, info.parts.at(1).part)->name, "cortex-a15");
  EXPECT_EQ(find_arm_part(0x41, 0xfff), nullptr);
}

TEST(Cpuinfo, APartStatedOnceBelongsToAll) {
  const CpuInfo info = parse_cpuinfo(
      "Processor : ARMv7\nprocessor : 0\nBogoMIPS : 1\n\nprocessor : 1\nBogoMIPS : 1\n\n"
      "CPU implementer : 0x41\nCPU part : 0xc09\n");
  ASSERT_EQ(info.parts.size(), 2u);
  EXPECT_EQ(info.parts.at(0).part, 0xc09);
  EXPECT_EQ(info.parts.at(1).part, 0xc09);
}

TEST(Devices, TheCpuIsAlwaysThere) {
  const Device* cpu = find_device("cpu");
  ASSERT_NE(cpu, nullptr);
  EXPECT_TRUE(cpu->available());
  EXPECT_THAT(cpu->describe(), HasSubstr("L1d"));
  EXPECT_EQ(find_device("tpu"), nullptr);
  for (const Device* row : devices()) EXPECT_EQ(find_device(row->name), row);
}

}  // namespace
}  // namespace dlis
