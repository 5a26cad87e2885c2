// What stacks that were not evaluated would probably give, from those that were.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace dlis {

// A stack as values of its axes: equal texts are equal values.
using AxisValues = std::vector<std::string>;

struct Guess {
  double mean = 0, sigma = 1;
};

// A Gaussian process over the axes (Rasmussen and Williams, "Gaussian Processes for Machine
// Learning", 2006, algorithm 2.1). Two stacks are alike to the product over the axes of 1 where
// they agree and `likeness` of the axis where they differ: what a format or a second worker gains
// with one technique is believed of the others, in part. `noise` is the share of the variance that
// a repeated measurement has, `deviation` the standard deviation of the values, or more where they
// show more.
struct GuessSettings {
  std::vector<double> likeness;  // by axis, 0 to 1
  double noise = 0.01;
  double deviation = 1;
};
// Of `asked`, given `values` of the stacks `known`. Without any: mean 0, `deviation`.
std::vector<Guess> guesses(std::span<const AxisValues> known, std::span<const double> values,
                           std::span<const AxisValues> asked, const GuessSettings& settings);

}  // namespace dlis
