// Layer 5: the devices a plan may run on.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dlis/base/result.h"

namespace dlis {

// A row of devices.inc.
struct Device {
  const char* name;           // "cpu"
  Verdict (*available)();     // why there is none on this machine
  std::string (*describe)();  // one line for `dlis devices`
};

std::span<const Device* const> devices();
const Device* find_device(std::string_view name);

}  // namespace dlis
