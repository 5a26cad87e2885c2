// Random numbers from integer arithmetic and IEEE operations only, so that no libm decides a bit.
#include "dlis/base/rng.h"

#include <bit>
#include <cmath>

#include "dlis/base/check.h"

namespace dlis {
namespace {

std::uint64_t split_mix(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15ull);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

// log(x) for normal x > 0: x = m 2^e with m in [sqrt(1/2), sqrt(2)), log m = 2 atanh((m-1)/(m+1)).
// libm's log differs in the last bit between systems; this one does not.
double portable_log(double x) {
  int exponent = 0;
  double mantissa = std::frexp(x, &exponent);
  if (mantissa < 0.70710678118654752) mantissa *= 2, --exponent;
  const double s = (mantissa - 1) / (mantissa + 1), square = s * s;
  double sum = 0;
  for (int k = 21; k >= 1; k -= 2) sum = sum * square + 1.0 / k;
  return 2 * s * sum + exponent * 0.69314718055994531;
}

}  // namespace

Rng::Rng(std::uint64_t seed) {
  for (std::uint64_t& word : state_) word = split_mix(seed);
}

Rng::result_type Rng::operator()() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9, shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

double Rng::uniform() { return double((*this)() >> 11) * 0x1p-53; }

double Rng::uniform(double low, double high) {
  const double value = low + (high - low) * uniform();
  return value < high ? value : std::nextafter(high, low);  // the sum may round up to `high`
}

std::int64_t Rng::below(std::int64_t bound) {
  DLIS_ASSERT(bound > 0);
  // Values past the last whole multiple of `bound` would favour small results: draw again.
  const auto size = std::uint64_t(bound);
  const std::uint64_t reject = (0 - size) % size;
  for (;;)
    if (const std::uint64_t value = (*this)(); value >= reject) return std::int64_t(value % size);
}

// Marsaglia's polar method: a point in the unit disc gives two normals.
double Rng::normal() {
  if (has_spare_) return has_spare_ = false, spare_;
  double x, y, square;
  do {
    x = uniform(-1, 1), y = uniform(-1, 1);
    square = x * x + y * y;
  } while (square >= 1 || square < 1e-300);
  const double factor = std::sqrt(-2 * portable_log(square) / square);
  spare_ = y * factor, has_spare_ = true;
  return x * factor;
}

}  // namespace dlis
