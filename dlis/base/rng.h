// Seeded random numbers that are the same on every platform and compiler.
#pragma once
#include <array>
#include <cstdint>

namespace dlis {

// xoshiro256** 1.0 (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2018),
// seeded through SplitMix64. Works as a UniformRandomBitGenerator, but the distributions of the
// standard library differ between implementations: take those below.
class Rng {
 public:
  using result_type = std::uint64_t;
  explicit Rng(std::uint64_t seed);
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return ~std::uint64_t(0); }
  result_type operator()();

  double uniform();                         // [0, 1), 53 bits
  double uniform(double low, double high);  // [low, high)
  std::int64_t below(std::int64_t bound);   // 0 .. bound - 1, without bias; bound > 0
  double normal();                          // mean 0, deviation 1

 private:
  std::array<std::uint64_t, 4> state_;
  double spare_ = 0;  // the second normal of a pair
  bool has_spare_ = false;
};

}  // namespace dlis
