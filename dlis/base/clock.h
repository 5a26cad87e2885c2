// Time for measuring: steady, in milliseconds or nanoseconds.
#pragma once
#include <chrono>
#include <cstdint>

namespace dlis {

// Of a clock that is never set; its zero means nothing.
inline double now_ms() {
  using Milliseconds = std::chrono::duration<double, std::milli>;
  return Milliseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// The same in nanoseconds.
inline std::int64_t now_ns() {
  using Nanoseconds = std::chrono::nanoseconds;
  return std::chrono::duration_cast<Nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace dlis
