// Lets tests see what happens where a device fails, or has other memory than the one at hand.
#pragma once
#include <atomic>

namespace dlis {

// Each: how many more calls succeed before all fail; negative: all succeed.
struct DeviceFaults {
  std::atomic<int> allocate = -1, build = -1, enqueue = -1, transfer = -1;
  std::atomic<bool> apart = false;  // as if the device had memory of its own
};

inline DeviceFaults& device_faults() {
  static constinit DeviceFaults faults;
  return faults;
}

inline bool is_due(std::atomic<int>& fault) {
  if (fault < 0) return false;
  if (fault == 0) return true;
  --fault;
  return false;
}

}  // namespace dlis
