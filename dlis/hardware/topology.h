// What the machine is made of: cores and their kinds, caches, quota. Read from sysfs under a root,
// so that a recorded board is test data.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "dlis/base/result.h"

namespace dlis {

// Cores that are alike: the big or the LITTLE cluster, or all cores of a server.
struct CoreKind {
  std::string name;     // "cortex-a15", "AMD EPYC", or "kind0"
  double capacity = 1;  // speed relative to the fastest kind, 0 to 1
  double max_mhz = 0;   // 0: not stated
  std::int64_t l1d_bytes = 0, l2_bytes = 0;
  bool in_order = false;      // it runs instructions in the order of the program (Cortex-A53)
  bool caches_stated = true;  // false: the system does not say, and these are cautious guesses
};
// A hardware thread.
struct Core {
  int cpu = 0;   // the system's number
  int kind = 0;  // index into Topology::kinds, fastest first
  int package = 0;
  int thread = 0;  // 0: the first hardware thread of its physical core, 1: the second
};
// What a machine computes with.
struct Topology {
  std::string model;        // the processor's name
  std::vector<Core> cores;  // online and allowed by affinity (for the live machine)
  std::vector<CoreKind> kinds;
  std::int64_t l3_bytes = 0;  // of one last-level cache; 0: none
  std::int64_t memory_bytes = 0;
  double quota_cpus = 0;    // the cgroup's limit; 0: none
  int usable_cpus() const;  // cores, or the quota rounded up where that is less
};

// `root` is "/" for the live machine or a folder of boards/. Files that are missing or make no
// sense are replaced by what else is known. Error: there is no such folder, or nothing of a machine
// in it.
Result<Topology> read_topology(const std::filesystem::path& root = "/");
const Topology& host_topology();  // read once
// Whether a core of that number runs instructions in their order; one unknown counts as the
// fastest.
bool is_in_order(const Topology& topology, int cpu);
bool here_in_order();  // the core that the caller is on, for now

std::string text_of(const Topology& topology);  // one line for people

}  // namespace dlis
