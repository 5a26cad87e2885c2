// What /proc/cpuinfo says: the names of processors and, on ARM, which core each of them is.
#pragma once
#include <map>
#include <string>
#include <string_view>

namespace dlis {

// An ARM core design, from the implementer and part numbers of its MIDR register.
struct ArmPart {
  int implementer, part;
  const char* name;  // "cortex-a15"
  // Work per clock relative to Cortex-A53, from `capacity-dmips-mhz` in Linux's device trees; an
  // estimate for machines whose kernel does not state `cpu_capacity`.
  double per_clock;
  bool in_order = false;  // it runs instructions in the order of the program
};
const ArmPart* find_arm_part(int implementer, int part);  // null: unknown

struct CpuInfo {
  std::string model_name;  // "AMD EPYC", "ARMv7 Processor rev 3 (v7l)"; may be empty
  std::string board;       // the lines `Model` or `Hardware` of ARM; may be empty
  struct Part {
    int implementer = -1, part = -1;
  };
  std::map<int, Part> parts;  // by the system's CPU number; ids are -1 where not stated
};
CpuInfo parse_cpuinfo(std::string_view text);

}  // namespace dlis
