// Layer 5: the devices a plan may run on.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dlis/hardware/offload.h"

namespace dlis {

// A row of devices.inc.
struct Device {
  const char* name;  // "cpu"
  const char* summary;
  Verdict (*available)();     // why there is none on this machine
  std::string (*describe)();  // one line for `dlis devices`
  // How it is given work; null: its rows run on the processor itself.
  const Offload* offload = nullptr;
};

// The rows of devices.inc; by name: null where there is none.
std::span<const Device* const> devices();
const Device* find_device(std::string_view name);

}  // namespace dlis
