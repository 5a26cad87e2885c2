// Time for measuring: steady, in milliseconds.
#pragma once
#include <chrono>

namespace dlis {

inline double now_ms() {
  using Milliseconds = std::chrono::duration<double, std::milli>;
  return Milliseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace dlis
