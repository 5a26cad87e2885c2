// What formats take by the share of zeros, for `dlis list format --explain`.
#pragma once
#include <vector>

#include "dlis/format/encoded.h"

namespace dlis {

// A format's size beside that of dense f32.
struct FormatBytes {
  const Format* format = nullptr;
  // Of the bytes of dense f32, for weights of 256 x 256 x 3 x 3 with zeros at random places (of
  // blocks, where the format has them): by kZeroShares.
  std::vector<double> shares;
  double smaller_from = 1;  // the share of zeros from which on it is smaller than dense; 1: never
};

// Of the weights, from 0 to 1.
inline constexpr double kZeroShares[] = {0, 0.25, 0.5, 0.75, 0.8, 0.9, 0.95};

// Each format that can hold such weights (those of few values hold the nearest).
std::vector<FormatBytes> format_bytes();

}  // namespace dlis
