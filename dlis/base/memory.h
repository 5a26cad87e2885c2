// How much memory there is, and how much this process holds.
#pragma once
#include <cstdint>
#include <filesystem>

namespace dlis {

// Bytes this process may still take without swapping: the system's available memory, or what its
// control group (v1 or v2) leaves where that is less. Where nothing is stated: the largest integer.
// `root` is "/" for the live machine or a recorded board.
std::int64_t available_memory(const std::filesystem::path& root = "/");

// Resident bytes of this process, now and at most so far; 0 where the system does not say.
std::int64_t resident_bytes();
std::int64_t peak_resident_bytes();

// Gives what the process has freed back to the system, where the C library can.
void return_freed_memory();

// The growth of this process from construction on. Gives freed memory back to the system first, so
// that old leftovers are not taken for growth or hide it.
class ResidentGrowth {
 public:
  ResidentGrowth();
  std::int64_t bytes() const;  // now; negative where the process shrank
  // The largest since construction; where the system cannot reset its mark, the largest ever less
  // the start. Meant for one measurement at a time.
  std::int64_t peak_bytes() const;

 private:
  std::int64_t start_;
};

}  // namespace dlis
