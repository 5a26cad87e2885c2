// What of capabilities.inc this machine and this build have.
#pragma once
#include <vector>

#include "dlis/base/capability.h"

namespace dlis {

// A capability, and whether it is there.
struct CapabilityHere {
  const Capability* capability;
  bool is_here;
};

// In the order of the list; a device is not asked for where its interface is missing. Loads
// LibTorch.
std::vector<CapabilityHere> capabilities_here();

}  // namespace dlis
