// How fast a problem could be computed at most.
#include <algorithm>

#include "dlis/explore/bench.h"

namespace dlis {
namespace {

double roofline(const ConvProblem& p, double macs, const Ceiling& ceiling) {
  const double weights = double(p.k) * double(p.c / p.groups) * double(p.r) * double(p.s);
  const double in = double(p.n) * double(p.c) * double(p.h) * double(p.w);
  const double out = double(p.n) * double(p.k) * double(p.p()) * double(p.q());
  double bytes = in * double(size_of(p.type)) + out * double(size_of(p.y_type)) +
                 p.density * weights * (p.format ? p.format->weight_bytes : 4);
  if (p.ends.add) bytes += out * double(size_of(p.add_type));
  return std::max(2e-6 * macs / arithmetic_rate(p, ceiling), 1e-6 * bytes / ceiling.gbytes);
}

}  // namespace

double arithmetic_rate(const ConvProblem& p, const Ceiling& ceiling) {
  if (p.type == DType::bf16) return ceiling.bf16_gflops;
  return p.integer() ? ceiling.int8_gops : ceiling.gflops;
}

double roofline_ms(const ConvProblem& p, const Ceiling& ceiling) {
  return roofline(p, double(p.macs()) * p.density, ceiling);
}

double roofline_ms(const ConvRow& row, const ConvProblem& p, const Ceiling& ceiling) {
  const double macs = double(p.macs()) * p.density;
  return roofline(p, row.work ? std::min(row.work(p), macs) : macs, ceiling);
}

}  // namespace dlis
