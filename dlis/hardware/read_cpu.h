// What the system says of each single CPU, before alike ones are put into kinds.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "dlis/hardware/cpuinfo.h"
#include "dlis/hardware/topology.h"

namespace dlis {

// One CPU; sizes in bytes, 0: not stated.
struct Cpu {
  Core core;
  std::string name;                             // of its design; may be empty
  double per_clock = 1, mhz = 0, capacity = 0;  // 0: not stated
  bool in_order = false;
  double speed = 1;  // comparable between the CPUs of one machine
  std::int64_t l1d = 0, l2 = 0, l3 = 0;
};

// Online CPUs, ascending; for the live machine only those that affinity allows. Never empty.
std::vector<int> usable_cpus(const std::filesystem::path& root, bool live, const CpuInfo& info);
Cpu read_cpu(const std::filesystem::path& root, int number, const CpuInfo& info);

}  // namespace dlis
