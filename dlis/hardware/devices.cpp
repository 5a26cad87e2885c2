// Layer 5's list: collects the rows of devices.inc.
#include "dlis/hardware/device.h"

namespace dlis {

#define DLIS_ROW(name) extern const Device name##_row;
#include "dlis/hardware/devices.inc"
#undef DLIS_ROW

std::span<const Device* const> devices() {
#define DLIS_ROW(name) &name##_row,
  static constexpr const Device* kRows[] = {
#include "dlis/hardware/devices.inc"
  };
#undef DLIS_ROW
  return kRows;
}

const Device* find_device(std::string_view name) {
  for (const Device* row : devices())
    if (row->name == name) return row;
  return nullptr;
}

}  // namespace dlis
