// Puts the topology together: what the system says of each CPU, then CPUs that are alike as one
// kind.
#include "dlis/hardware/topology.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "dlis/base/text.h"
#include "dlis/base/thread.h"
#include "dlis/hardware/read_cpu.h"
#include "dlis/hardware/sysfs.h"

namespace dlis {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t kGuessL1d = 32 << 10, kGuessL2 = 512 << 10;

// Speeds from the same source for all: the kernel's capacities, else work per clock times clock.
void compare_speeds(std::vector<Cpu>& cpus) {
  const auto all = [&](auto stated) { return std::all_of(cpus.begin(), cpus.end(), stated); };
  const bool capacities = all([](const Cpu& cpu) { return cpu.capacity > 0; });
  const bool clocks = all([](const Cpu& cpu) { return cpu.mhz > 0; });
  double fastest = 0;
  for (Cpu& cpu : cpus) {
    cpu.speed = capacities ? cpu.capacity : cpu.per_clock * (clocks ? cpu.mhz : 1);
    fastest = std::max(fastest, cpu.speed);
  }
  for (Cpu& cpu : cpus) cpu.speed /= fastest;
}

// Turbo limits differ by a few percent between cores of one design: that makes no kind of its own.
bool alike(const Cpu& a, const Cpu& b) {
  return a.name == b.name && a.l1d == b.l1d && a.l2 == b.l2 && b.speed > 0.9 * a.speed;
}

CoreKind kind_of(const Cpu& cpu) {
  CoreKind kind{
      cpu.name, cpu.speed, cpu.mhz, cpu.l1d, cpu.l2, cpu.in_order, cpu.l1d > 0 && cpu.l2 > 0};
  if (kind.l1d_bytes == 0) kind.l1d_bytes = kGuessL1d;
  if (kind.l2_bytes == 0) kind.l2_bytes = kGuessL2;
  return kind;
}

// Fastest first; within a kind by number.
void group_kinds(std::vector<Cpu> cpus, Topology& topology) {
  std::stable_sort(cpus.begin(), cpus.end(),
                   [](const Cpu& a, const Cpu& b) { return a.speed > b.speed; });
  std::vector<Cpu> first;  // of each kind
  for (Cpu& cpu : cpus) {
    const auto kind = std::find_if(first.begin(), first.end(),
                                   [&](const Cpu& known) { return alike(known, cpu); });
    cpu.core.kind = int(kind - first.begin());
    if (kind == first.end()) {
      topology.kinds.push_back(kind_of(cpu));
      first.push_back(cpu);
    }
    CoreKind& mine = topology.kinds[std::size_t(cpu.core.kind)];
    mine.max_mhz = std::max(mine.max_mhz, cpu.mhz);
    topology.l3_bytes = std::max(topology.l3_bytes, cpu.l3);
    topology.cores.push_back(cpu.core);
  }
  std::sort(topology.cores.begin(), topology.cores.end(),
            [](const Core& a, const Core& b) { return a.cpu < b.cpu; });
}

// Every kind gets a name, and no two the same.
void name_kinds(Topology& topology, const std::string& fallback) {
  std::map<std::string, int> uses;
  for (std::size_t i = 0; i < topology.kinds.size(); ++i) {
    std::string& name = topology.kinds[i].name;
    if (name.empty()) name = fallback.empty() ? fmt::format("kind{}", i) : fallback;
    ++uses[name];
  }
  std::set<std::string> taken;
  for (std::size_t i = 0; i < topology.kinds.size(); ++i) {
    CoreKind& kind = topology.kinds[i];
    if (uses[kind.name] > 1 && kind.max_mhz > 0)
      kind.name += fmt::format(" {:.0f} MHz", kind.max_mhz);
    if (!taken.insert(kind.name).second) taken.insert(kind.name += fmt::format(" kind{}", i));
  }
}

// The board's name where there is one, else the processor's.
std::string model_of(const fs::path& root, const CpuInfo& info, const Topology& topology) {
  for (const char* file : {"proc/device-tree/model", "sys/firmware/devicetree/base/model"}) {
    std::string name = sysfs::text(root / file);
    name.erase(std::remove(name.begin(), name.end(), '\0'), name.end());
    if (!name.empty()) return name;
  }
  if (!info.board.empty()) return info.board;
  const bool arm = std::any_of(info.parts.begin(), info.parts.end(),
                               [](const auto& entry) { return entry.second.part >= 0; });
  if (!arm && !info.model_name.empty()) return info.model_name;
  std::vector<std::string> names;
  for (const CoreKind& kind : topology.kinds) names.push_back(kind.name);
  return join(names, " + ");
}

std::int64_t total_memory(const fs::path& root) {
  const std::string info = sysfs::text(root / "proc/meminfo");
  for (const std::string_view line : split(info, '\n')) {
    if (!line.starts_with("MemTotal:")) continue;
    const auto value = parse_integer(split(trim(line.substr(9)), ' ')[0]);
    if (value && *value > 0 && *value < std::int64_t(1) << 50) return *value * 1024;
  }
  return 0;
}

Topology assemble(const fs::path& root, bool live) {
  const CpuInfo info = parse_cpuinfo(sysfs::text(root / "proc/cpuinfo"));
  std::vector<Cpu> cpus;
  for (const int number : usable_cpus(root, live, info))
    cpus.push_back(read_cpu(root, number, info));
  compare_speeds(cpus);
  Topology topology;
  group_kinds(std::move(cpus), topology);
  name_kinds(topology, info.model_name);
  topology.model = model_of(root, info, topology);
  topology.memory_bytes = total_memory(root);
  topology.quota_cpus = sysfs::cpu_quota(root);
  return topology;
}

}  // namespace

int Topology::usable_cpus() const {
  const int all = std::max(1, int(cores.size()));
  if (quota_cpus <= 0 || quota_cpus >= all) return all;
  return std::max(1, int(std::ceil(quota_cpus)));
}

Result<Topology> read_topology(const fs::path& root) {
  std::error_code error;
  if (root == "/") return assemble(root, true);
  if (!fs::is_directory(root, error))
    return fail("there is no such folder", root.string(), "name one of the folders of boards/");
  if (!fs::exists(root / "sys/devices/system/cpu", error) &&
      !fs::exists(root / "proc/cpuinfo", error))
    return fail("this folder holds no recorded board", root.string(),
                "it needs sys/devices/system/cpu or proc/cpuinfo");
  return assemble(root, false);
}

const Topology& host_topology() {
  static const Topology topology = assemble("/", true);
  return topology;
}

bool is_in_order(const Topology& topology, int cpu) {
  for (const Core& core : topology.cores)
    if (core.cpu == cpu) return topology.kinds[std::size_t(core.kind)].in_order;
  return topology.kinds[0].in_order;
}

// The system is asked only where the answer depends on the core.
bool here_in_order() {
  static const Topology& host = host_topology();
  static const bool mixed = std::any_of(host.kinds.begin(), host.kinds.end(), [](const auto& kind) {
    return kind.in_order != host.kinds[0].in_order;
  });
  return mixed ? is_in_order(host, this_cpu()) : host.kinds[0].in_order;
}

std::string text_of(const Topology& topology) {
  std::vector<std::string> kinds;
  for (std::size_t k = 0; k < topology.kinds.size(); ++k) {
    const CoreKind& kind = topology.kinds[k];
    const auto count = std::count_if(topology.cores.begin(), topology.cores.end(),
                                     [&](const Core& core) { return core.kind == int(k); });
    std::string text = fmt::format("{} x {}", count, kind.name);
    if (kind.max_mhz > 0) text += fmt::format(" at {:.0f} MHz", kind.max_mhz);
    text += fmt::format(" (L1d {}, L2 {}{})", format_bytes(kind.l1d_bytes),
                        format_bytes(kind.l2_bytes), kind.caches_stated ? "" : ", guessed");
    kinds.push_back(text);
  }
  std::string text = fmt::format("{}: {}", topology.model, join(kinds, " + "));
  if (topology.l3_bytes > 0) text += fmt::format(", L3 {}", format_bytes(topology.l3_bytes));
  if (topology.memory_bytes > 0)
    text += fmt::format(", {} of memory", format_bytes(topology.memory_bytes));
  if (topology.quota_cpus > 0) text += fmt::format(", quota {:.2f} CPUs", topology.quota_cpus);
  return text;
}

}  // namespace dlis
