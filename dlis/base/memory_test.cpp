// Tests what is read about memory, on the live machine and on recorded control groups.
#include "dlis/base/memory.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <limits>

#include "dlis/base/file.h"

namespace dlis {
namespace {

namespace fs = std::filesystem;
constexpr std::int64_t kMiB = 1 << 20;

// A folder of its own for a test, gone afterwards.
struct Root {
  fs::path path = fs::temp_directory_path() / ("dlis_memory_test_" + std::to_string(::getpid()));
  Root() { fs::create_directories(path); }
  ~Root() { fs::remove_all(path); }
  void put(const char* name, std::string_view text) const {
    fs::create_directories((path / name).parent_path());
    ASSERT_TRUE(write_file_atomic(path / name, text));
  }
};

TEST(Memory, LiveMachine) {
  EXPECT_GT(available_memory(), 16 * kMiB);
  EXPECT_LT(available_memory(), std::int64_t(1) << 50);
  EXPECT_GT(resident_bytes(), kMiB);
  EXPECT_GE(peak_resident_bytes(), resident_bytes() - kMiB);
}

TEST(Memory, GrowthFollowsTouchedPages) {
  const ResidentGrowth growth;
  const std::size_t size = 64 * kMiB;
  void* pages = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(pages, MAP_FAILED);
  EXPECT_LT(growth.bytes(), 8 * kMiB) << "untouched pages must not count";
  std::memset(pages, 1, size);
  EXPECT_NEAR(double(growth.bytes()), double(size), 4.0 * kMiB);
  ASSERT_EQ(::munmap(pages, size), 0);
  EXPECT_LT(growth.bytes(), 8 * kMiB);
  EXPECT_GE(growth.peak_bytes(), 60 * kMiB);
}

TEST(Memory, NothingStatedIsUnlimited) {
  const Root root;
  EXPECT_EQ(available_memory(root.path), std::numeric_limits<std::int64_t>::max());
}

TEST(Memory, SystemAndGarbage) {
  const Root root;
  root.put("proc/meminfo", "MemTotal:  8000 kB\nMemAvailable:    5000 kB\n");
  EXPECT_EQ(available_memory(root.path), 5000 * 1024);
  root.put("proc/self/cgroup", "0::/box\nnonsense\n");
  root.put("sys/fs/cgroup/box/memory.max", "max\n");
  root.put("sys/fs/cgroup/box/memory.current", "12\n");
  EXPECT_EQ(available_memory(root.path), 5000 * 1024);
}

TEST(Memory, GroupsOfVersionTwoAndAbove) {
  const Root root;
  root.put("proc/meminfo", "MemAvailable:    5000000 kB\n");
  root.put("proc/self/cgroup", "0::/outer/inner\n");
  root.put("sys/fs/cgroup/outer/memory.max", "1000000\n");
  root.put("sys/fs/cgroup/outer/memory.current", "700000\n");
  root.put("sys/fs/cgroup/outer/memory.stat", "anon 500000\ninactive_file 200000\n");
  EXPECT_EQ(available_memory(root.path), 500000);
  root.put("sys/fs/cgroup/outer/inner/memory.max", "600000\n");
  root.put("sys/fs/cgroup/outer/inner/memory.current", "650000\n");
  EXPECT_EQ(available_memory(root.path), 0);
}

TEST(Memory, GroupsOfVersionOne) {
  const Root root;
  root.put("proc/self/cgroup", "9:memory:/docker/1\n3:cpu,cpuacct:/docker/1\n");
  root.put("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  root.put("sys/fs/cgroup/memory/memory.usage_in_bytes", "1000\n");
  root.put("sys/fs/cgroup/memory/docker/1/memory.limit_in_bytes", "4000000\n");
  root.put("sys/fs/cgroup/memory/docker/1/memory.usage_in_bytes", "1000000\n");
  root.put("sys/fs/cgroup/memory/docker/1/memory.stat", "total_inactive_file 250000\n");
  EXPECT_EQ(available_memory(root.path), 3250000);
}

}  // namespace
}  // namespace dlis
