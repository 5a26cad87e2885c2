// One measurement for every line of standard input.
#include <algorithm>
#include <iostream>

#include "bench.h"
#include "output.h"

namespace dlis::app {

Status answer_turns(Session& session, double seconds) {
  constexpr double kWatch = 0.03;  // seconds of the FMA loop before and after
  const int threads = session.plan().options.threads;
  for (std::string ignored; std::getline(std::cin, ignored);) {
    const double before = measure_gflops(threads, kWatch);
    const Timing timing = DLIS_TRY(measure(session, seconds, 3));
    const double after = measure_gflops(threads, kWatch);
    print(fmt::format(
        "{{\"median_ms\": {:.6f}, \"p10_ms\": {:.6f}, \"p90_ms\": {:.6f}, \"gflops\": {:.2f}}}\n",
        timing.median_ms, timing.p10_ms, timing.p90_ms, std::min(before, after)));
    std::fflush(stdout);
  }
  return {};
}

}  // namespace dlis::app
