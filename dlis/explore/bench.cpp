// Runs conv rows alone, without a network around them.
#include "dlis/explore/bench.h"

#include <algorithm>

#include "dlis/base/rng.h"
#include "dlis/compute/parallel/pool.h"

namespace dlis {
namespace {

Shape channels_last_strides(const Shape& nchw) {
  return {nchw[1] * nchw[2] * nchw[3], 1, nchw[1] * nchw[3], nchw[1]};
}

Tensor random_tensor(const Shape& shape, Rng& rng) {
  Tensor tensor(DType::f32, shape);
  for (float& value : tensor.edit<float>()) value = float(rng.normal());
  return tensor;
}

// Operands of one problem, with the layouts that a plan would give them.
struct Operands {
  Tensor x, residual, y, weights, bias;
  std::vector<ConstView> reads;
  View write;

  Operands(const ConvProblem& p, std::uint64_t seed) {
    Rng rng(seed);
    const Shape in{p.n, p.c, p.h, p.w}, out{p.n, p.k, p.p(), p.q()};
    x = random_tensor(in, rng);
    residual = random_tensor(out, rng);
    y = Tensor(DType::f32, out);
    weights = random_tensor({p.k, p.c / p.groups, p.r, p.s}, rng);
    for (float& weight : weights.edit<float>())
      if (rng.uniform() >= p.density) weight = 0;
    bias = random_tensor({p.k}, rng);
    reads.push_back({x.data(), DType::f32, in, channels_last_strides(in)});
    if (p.ends.add) reads.push_back({residual.data(), DType::f32, out, channels_last_strides(out)});
    write = {y.edit_data(), DType::f32, out, channels_last_strides(out)};
  }
};

RowTiming time_row(const ConvRow& row, const ConvProblem& problem, const Encoded& encoded,
                   const Operands& operands, double seconds, Pool& pool) {
  RowTiming result;
  result.row = &row;
  result.refusal = row.accepts(problem).reason;
  if (!result.refusal.empty()) return result;
  result.packed_bytes = row.packed_bytes(problem, &encoded);
  result.scratch_bytes = row.scratch_bytes(problem);
  Buffer packed(result.packed_bytes), scratch(result.scratch_bytes);
  row.pack(problem, &encoded, problem.ends.bias ? operands.bias.as<float>().data() : nullptr,
           packed.data());
  const Call call{operands.reads, std::span(&operands.write, 1), packed.data(), scratch.data()};
  const ScheduleSpec schedule = *parse_schedule("static");
  result.timing = measure(
      [&] {
        for (int phase = 0; phase < row.phases(problem); ++phase)
          pool.run(row.tiles(problem, phase), schedule, [&](Range range, Worker worker) {
            row.run(problem, call, phase, range, worker);
          });
      },
      seconds, 3);
  result.gflops = 2e-6 * double(problem.macs()) / result.timing.median_ms;
  return result;
}

Status check_problem(const ConvProblem& p) {
  const bool fits = p.n > 0 && p.c > 0 && p.k > 0 && p.p() > 0 && p.q() > 0 && p.groups > 0;
  if (!fits || p.c % p.groups || p.k % p.groups)
    return fail("this problem has no output", line(p), "check its sizes, padding and groups");
  const double elements = double(p.n) * double(p.c) * double(p.h) * double(p.w) +
                          2.0 * double(p.n) * double(p.k) * double(p.p()) * double(p.q()) +
                          double(p.k) * double(p.c / p.groups) * double(p.r) * double(p.s);
  if (elements > 1e9) return fail("this problem needs more than 4 GB", line(p), "make it smaller");
  return {};
}

}  // namespace

Result<std::vector<RowTiming>> bench_rows(ConvProblem problem, double seconds, std::uint64_t seed) {
  DLIS_TRY(check_problem(problem));
  problem.isa = host_isa();
  const Format* format = problem.format ? problem.format : formats().front();
  const Operands operands(problem, seed);
  const Encoded encoded = DLIS_TRY(format->encode(operands.weights));
  problem.format = format;
  problem.density = encoded.density;
  Pool pool(problem.workers);
  std::vector<RowTiming> timings;
  for (const ConvRow* row : conv_rows())
    timings.push_back(time_row(*row, problem, encoded, operands, seconds, pool));
  return timings;
}

double roofline_ms(const ConvProblem& p, const Ceiling& ceiling) {
  const double weights = double(p.k) * double(p.c / p.groups) * double(p.r) * double(p.s);
  const double in = double(p.n) * double(p.c) * double(p.h) * double(p.w);
  const double out = double(p.n) * double(p.k) * double(p.p()) * double(p.q());
  const double bytes = 4 * (in + p.density * weights + out * (p.ends.add ? 2 : 1));
  const double arithmetic = 2e-6 * double(p.macs()) * p.density / ceiling.gflops;
  return std::max(arithmetic, 1e-6 * bytes / ceiling.gbytes);
}

}  // namespace dlis
