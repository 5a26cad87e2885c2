// Lets tests see what happens where a device fails, or has other memory than the one at hand.
#pragma once
#include <atomic>
#include <cstdint>

namespace dlis {

enum class F16Fault : std::uint8_t { none, reads, rounds };

// Each: how many more calls succeed before all fail; negative: all succeed.
struct DeviceFaults {
  std::atomic<int> allocate = -1, build = -1, enqueue = -1, transfer = -1;
  std::atomic<bool> apart = false;  // as if the device had memory of its own
  // As if the device read f16 subnormals as 0, or rounded to f16 toward 0.
  std::atomic<F16Fault> f16 = F16Fault::none;
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
