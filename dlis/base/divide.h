// Whole parts: how many of `b` hold `a`, and what they hold together. a >= 0, b > 0.
#pragma once
#include <cstdint>

namespace dlis {

constexpr std::int64_t divide_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }
constexpr std::int64_t round_up(std::int64_t a, std::int64_t b) { return divide_up(a, b) * b; }

}  // namespace dlis
