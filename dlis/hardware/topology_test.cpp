// Tests what is read from every folder of boards/, and that damaged ones never do harm.
#include "dlis/hardware/topology.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "dlis/base/file.h"
#include "dlis/base/rng.h"

namespace dlis {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

// A topology in the form of expected.json; capacities to three digits.
json to_json(const Topology& topology) {
  json out{{"model", topology.model},
           {"l3_bytes", topology.l3_bytes},
           {"memory_bytes", topology.memory_bytes},
           {"quota_cpus", topology.quota_cpus},
           {"usable_cpus", topology.usable_cpus()},
           {"cpus", json::array()},
           {"kinds", json::array()}};
  for (const CoreKind& kind : topology.kinds)
    out["kinds"].push_back({{"name", kind.name},
                            {"capacity", std::round(kind.capacity * 1000) / 1000},
                            {"max_mhz", kind.max_mhz},
                            {"l1d_bytes", kind.l1d_bytes},
                            {"l2_bytes", kind.l2_bytes},
                            {"caches_stated", kind.caches_stated},
                            {"in_order", kind.in_order},
                            {"cpus", json::array()}});
  std::set<int> packages;
  int threads = 1;
  for (const Core& core : topology.cores) {
    out["cpus"].push_back(core.cpu);
    out["kinds"].at(std::size_t(core.kind))["cpus"].push_back(core.cpu);
    packages.insert(core.package);
    threads = std::max(threads, core.thread + 1);
  }
  out["packages"] = packages.size();
  out["threads_per_core"] = threads;
  return out;
}

std::vector<std::string> boards() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(fs::path(DLIS_SOURCE_DIR) / "boards"))
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

class Boards : public testing::TestWithParam<std::string> {
 protected:
  fs::path folder_ = fs::path(DLIS_SOURCE_DIR) / "boards" / GetParam();
};

TEST_P(Boards, AreReadAsExpected) {
  std::ifstream in(folder_ / "expected.json");
  const json expected = json::parse(in);
  const auto topology = read_topology(folder_);
  ASSERT_TRUE(topology) << topology.error().message();
  // Only equal after a merge of nothing: shows the differing fields when it fails.
  EXPECT_EQ(json::diff(expected, to_json(*topology)), json::array());
  EXPECT_THAT(text_of(*topology), HasSubstr(topology->kinds[0].name));
}

TEST(Topology, WhichCoresRunInOrder) {
  const auto of = [](const char* board) {
    return *read_topology(fs::path(DLIS_SOURCE_DIR) / "boards" / board);
  };
  const Topology xu4 = of("odroid-xu4"), server = of("xeon-2-packages");
  EXPECT_TRUE(is_in_order(xu4, 0));
  EXPECT_FALSE(is_in_order(xu4, 4));
  EXPECT_FALSE(is_in_order(xu4, 99)) << "as the fastest";
  EXPECT_FALSE(is_in_order(xu4, -1)) << "as the fastest";
  EXPECT_FALSE(is_in_order(server, 0));
  const Topology& host = host_topology();
  bool any = false;
  for (const CoreKind& kind : host.kinds) any = any || kind.in_order;
  if (!any) {
    EXPECT_FALSE(here_in_order());
  }
}

// What any damage must leave: at least one core, kinds in range and ordered, sane numbers.
void expect_sane(const Topology& topology) {
  ASSERT_FALSE(topology.cores.empty());
  ASSERT_FALSE(topology.kinds.empty());
  for (const Core& core : topology.cores) {
    EXPECT_GE(core.cpu, 0);
    ASSERT_GE(core.kind, 0);
    ASSERT_LT(std::size_t(core.kind), topology.kinds.size());
  }
  double above = 1;
  std::set<std::string> names;
  for (const CoreKind& kind : topology.kinds) {
    EXPECT_FALSE(kind.name.empty());
    EXPECT_TRUE(names.insert(kind.name).second) << kind.name;
    EXPECT_GT(kind.capacity, 0);
    EXPECT_LE(kind.capacity, above);
    above = kind.capacity;
    EXPECT_GT(kind.l1d_bytes, 0);
    EXPECT_GT(kind.l2_bytes, 0);
  }
  EXPECT_GE(topology.usable_cpus(), 1);
  EXPECT_LE(std::size_t(topology.usable_cpus()), topology.cores.size());
  EXPECT_GE(topology.memory_bytes, 0);
}

// Copies the board, then damages its files a few more at a time.
TEST_P(Boards, DamageIsSurvived) {
  const fs::path copy = fs::temp_directory_path() / ("dlis_boards_" + std::to_string(::getpid()));
  const char* const garbage[] = {"",
                                 "-1",
                                 "99999999999999999999",
                                 "0-",
                                 "0-99999999",
                                 ",,,",
                                 "K",
                                 "max",
                                 "1 2 3",
                                 "\xff\xfe\n:\n::",
                                 "processor : -5\nCPU part : zz"};
  fs::remove_all(copy);
  fs::copy(folder_, copy, fs::copy_options::recursive);
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(copy))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  Rng rng(1);
  for (int round = 0; round < 10; ++round) {
    for (const fs::path& file : files) {
      const double dice = rng.uniform();
      if (dice < 0.02) fs::remove(file);
      if (dice > 0.95) std::ofstream(file) << garbage[rng.below(std::int64_t(std::size(garbage)))];
    }
    SCOPED_TRACE("round " + std::to_string(round));
    const auto topology = read_topology(copy);
    ASSERT_TRUE(topology) << topology.error().message();
    expect_sane(*topology);
  }
  fs::remove_all(copy);
}

INSTANTIATE_TEST_SUITE_P(All, Boards, testing::ValuesIn(boards()), [](const auto& instance) {
  std::string name = instance.param;
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
});

TEST(Topology, ThereAreBoards) { EXPECT_GE(boards().size(), 5u); }

TEST(Topology, LiveMachine) {
  const Topology& topology = host_topology();
  expect_sane(topology);
  EXPECT_FALSE(topology.model.empty());
  EXPECT_GT(topology.memory_bytes, 1 << 20);
  EXPECT_EQ(&topology, &host_topology());
}

TEST(Topology, AFolderWithoutAMachineIsAnError) {
  EXPECT_THAT(read_topology("/no/such/folder").error().message(), HasSubstr("no such folder"));
  const fs::path empty = fs::temp_directory_path() / ("dlis_empty_" + std::to_string(::getpid()));
  fs::create_directories(empty);
  EXPECT_THAT(read_topology(empty).error().message(), HasSubstr("holds no recorded board"));
  fs::create_directories(empty / "sys/devices/system/cpu");
  const auto bare = read_topology(empty);
  ASSERT_TRUE(bare);
  expect_sane(*bare);
  EXPECT_EQ(bare->cores.size(), 1u);
  fs::remove_all(empty);
}

TEST(Topology, TheQuotaIsRoundedUpAndNeverAboveTheCores) {
  Topology topology;
  topology.cores.resize(4);
  EXPECT_EQ(topology.usable_cpus(), 4);
  for (const auto& [quota, cpus] : {std::pair(0.1, 1), {1.0, 1}, {1.5, 2}, {3.01, 4}, {9.0, 4}}) {
    topology.quota_cpus = quota;
    EXPECT_EQ(topology.usable_cpus(), cpus) << quota;
  }
}

}  // namespace
}  // namespace dlis
