// Whole parts: how many of `b` hold `a`, and what they hold together. a >= 0, b > 0.
#pragma once
#include <cstdint>

#include "dlis/base/buffer.h"

namespace dlis {

constexpr std::int64_t divide_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }
constexpr std::int64_t round_up(std::int64_t a, std::int64_t b) { return divide_up(a, b) * b; }

// Bytes up to the next place where a buffer's part may begin.
constexpr std::size_t aligned(std::size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

}  // namespace dlis
