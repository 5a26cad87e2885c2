// Slow cores where there are none, for tests and benches (and for the command in a build with
// DLIS_EMULATE_SLOW_CORES): a thread that is to be F times slower
// spins for F - 1 times as long as its range took, so the speeds of a pool's threads are known.
#pragma once
#include <cstdlib>
#include <string>
#include <vector>

#include "dlis/base/clock.h"
#include "dlis/base/text.h"
#include "dlis/base/thread.h"
#include "dlis/compute/parallel/pool.h"

namespace dlis {

// Pools that are made while one exists have threads that are `factors[i]` times slower, the last
// factor for all further threads. One at a time.
class SlowCores {
 public:
  explicit SlowCores(std::vector<double> factors) {
    factors_() = std::move(factors);
    slowdown_ = {after, "slowed by"};
    for (double factor : factors_()) slowdown_.name += " " + std::to_string(factor);
    if (!factors_().empty()) set_slowdown(&slowdown_);
  }
  SlowCores(const SlowCores&) = delete;
  SlowCores& operator=(const SlowCores&) = delete;
  ~SlowCores() { set_slowdown(nullptr); }

 private:
  static std::vector<double>& factors_() {
    static std::vector<double> factors;
    return factors;
  }
  static void after(int thread, std::int64_t nanoseconds) {
    const auto& factors = factors_();
    const double factor = factors[std::min(std::size_t(thread), factors.size() - 1)];
    const std::int64_t end = now_ns() + std::int64_t((factor - 1) * double(nanoseconds));
    while (now_ns() < end) relax();
  }

  Slowdown slowdown_;
};

// Of DLIS_SLOW_CORES, "1/2": the second thread half as fast. Empty where it is not set, or no list
// of numbers of at least 1.
inline std::vector<double> slow_cores_of_environment() {
  const char* text = std::getenv("DLIS_SLOW_CORES");
  std::vector<double> factors;
  if (!text) return factors;
  for (std::string_view part : split(text, '/')) {
    const auto factor = parse_real(part);
    if (!factor || *factor < 1) return {};
    factors.push_back(*factor);
  }
  return factors;
}

}  // namespace dlis
