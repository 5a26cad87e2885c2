// A roofline on nominal ceilings.
#include "dlis/runtime/cost_model.h"

#include <algorithm>

#include "dlis/hardware/ceiling.h"

namespace dlis {
namespace {

constexpr double kCacheSpeed = 4;  // of the last-level cache, in memory rates

}  // namespace

double estimated_ms(const ConvRow& row, const ConvProblem& p, std::size_t packed_bytes, bool cold) {
  const Ceiling ceiling = nominal_ceiling(p.workers);
  const double work = row.work ? row.work(p) : double(p.macs());
  const double values = double(p.n) * double(p.c) * double(p.h) * double(p.w) +
                        double(p.n) * double(p.k) * double(p.p()) * double(p.q());
  const double weights = double(packed_bytes) / (cold ? 1 : kCacheSpeed);
  const double bytes = 4 * values / kCacheSpeed + weights;
  return std::max(2e-6 * work / ceiling.gflops, 1e-6 * bytes / ceiling.gbytes);
}

}  // namespace dlis
