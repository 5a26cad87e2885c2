// Reads each CPU's folder in sysfs.
#include "dlis/hardware/read_cpu.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "dlis/base/thread.h"
#include "dlis/hardware/sysfs.h"

namespace dlis {
namespace fs = std::filesystem;
namespace {

// cpuN folders without the list files that newer kernels have.
std::vector<int> cpu_folders(const fs::path& folder) {
  std::vector<int> cpus;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (!name.starts_with("cpu")) continue;
    const auto listed = sysfs::parse_cpu_list(name.substr(3));
    if (listed.size() == 1 && sysfs::integer(it->path() / "online").value_or(1) != 0)
      cpus.push_back(listed[0]);
  }
  std::sort(cpus.begin(), cpus.end());
  return cpus;
}

std::vector<int> online_cpus(const fs::path& folder, const CpuInfo& info) {
  for (const char* list : {"online", "present"})
    if (auto cpus = sysfs::parse_cpu_list(sysfs::text(folder / list)); !cpus.empty()) return cpus;
  if (auto cpus = cpu_folders(folder); !cpus.empty()) return cpus;
  std::vector<int> cpus;
  for (const auto& [cpu, part] : info.parts) cpus.push_back(cpu);
  return cpus;
}

std::string name_of_part(const CpuInfo::Part& part) {
  if (part.part < 0) return {};
  if (const ArmPart* known = find_arm_part(part.implementer, part.part)) return known->name;
  return fmt::format("arm 0x{:02x}/0x{:03x}", std::max(part.implementer, 0), part.part);
}

}  // namespace

std::vector<int> usable_cpus(const fs::path& root, bool live, const CpuInfo& info) {
  std::vector<int> online = online_cpus(root / "sys/devices/system/cpu", info);
  if (live) {
    const std::vector<int> allowed = allowed_cpus();
    std::vector<int> both;
    std::set_intersection(online.begin(), online.end(), allowed.begin(), allowed.end(),
                          std::back_inserter(both));
    online = both.empty() ? allowed : both;
  }
  return online.empty() ? std::vector<int>{0} : online;
}

Cpu read_cpu(const fs::path& root, int number, const CpuInfo& info) {
  const fs::path folder = root / "sys/devices/system/cpu" / fmt::format("cpu{}", number);
  Cpu cpu;
  cpu.core.cpu = number;
  cpu.core.package = int(std::clamp<std::int64_t>(
      sysfs::integer(folder / "topology/physical_package_id").value_or(0), 0, 4096));
  const auto siblings =
      sysfs::parse_cpu_list(sysfs::text(folder / "topology/thread_siblings_list"));
  const auto place = std::find(siblings.begin(), siblings.end(), number);
  if (place != siblings.end()) cpu.core.thread = int(place - siblings.begin());
  const auto in_range = [](std::optional<std::int64_t> value, std::int64_t most) {
    return value && *value > 0 && *value <= most ? double(*value) : 0;
  };
  cpu.capacity = in_range(sysfs::integer(folder / "cpu_capacity"), 1 << 20);
  cpu.mhz = in_range(sysfs::integer(folder / "cpufreq/cpuinfo_max_freq"), 100000000) / 1000;
  for (const sysfs::Cache& cache : sysfs::caches(folder)) {
    if (cache.level == 1) cpu.l1d = cache.bytes;
    if (cache.level == 2) cpu.l2 = cache.bytes;
    if (cache.level == 3) cpu.l3 = cache.bytes;
  }
  if (const auto part = info.parts.find(number); part != info.parts.end()) {
    cpu.name = name_of_part(part->second);
    if (const ArmPart* known = find_arm_part(part->second.implementer, part->second.part)) {
      cpu.per_clock = known->per_clock;
      cpu.in_order = known->in_order;
    }
  }
  return cpu;
}

}  // namespace dlis
