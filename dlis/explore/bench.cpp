// Runs conv rows in turns.
#include "dlis/explore/bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>

#include "dlis/base/memory.h"
#include "dlis/base/text.h"
#include "dlis/explore/row_run.h"

namespace dlis {
namespace {

Status check(const ConvProblem& p, const BenchOptions& options) {
  if (options.rounds < 1 || options.rounds > 100000)
    return fail(fmt::format("there cannot be {} rounds", options.rounds), line(p),
                "give 1 to 100000");
  const bool fits = p.n > 0 && p.c > 0 && p.k > 0 && p.p() > 0 && p.q() > 0 && p.groups > 0;
  if (!fits || p.c % p.groups || p.k % p.groups)
    return fail("this problem has no output", line(p), "check its sizes, padding and groups");
  const double elements = double(p.n) * double(p.c) * double(p.h) * double(p.w) +
                          2.0 * double(p.n) * double(p.k) * double(p.p()) * double(p.q()) +
                          double(p.k) * double(p.c / p.groups) * double(p.r) * double(p.s);
  if (elements > 1e9) return fail("this problem needs more than 4 GB", line(p), "make it smaller");
  return {};
}

// Asks every row whether it accepts, and how much memory it takes: all are held at once.
Result<std::vector<RowTiming>> asked(const ConvProblem& problem, const Encoded& weights) {
  std::vector<RowTiming> rows;
  double bytes = 0;
  for (const ConvRow* row : conv_rows()) {
    RowTiming& timing = rows.emplace_back();
    timing.row = row;
    timing.refusal = accepts(*row, problem).reason;
    if (!timing.refusal.empty()) continue;
    timing.packed_bytes = row->packed_bytes(problem, &weights);
    timing.scratch_bytes = row->scratch_bytes(problem);
    bytes += double(timing.packed_bytes) + double(timing.scratch_bytes);
  }
  if (bytes > 0.9 * double(available_memory()))
    return fail(fmt::format("all rows together need {}", format_bytes(std::int64_t(bytes))),
                line(problem), "make the problem smaller");
  return rows;
}

struct Entrant {
  RowTiming* timing;
  std::unique_ptr<RowRun> run;
  double trial_ms = 0;
};

// The least of two to ten trials: what else the machine does makes a run longer, never shorter.
double least_trial_ms(RowRun& run, double limit_ms) {
  constexpr double kEnoughMs = 20;
  run.trial_ms(2 * limit_ms);  // touches its memory
  double least = std::numeric_limits<double>::infinity(), sum = 0;
  for (int trial = 0; trial < 2 || (trial < 10 && sum < kEnoughMs); ++trial) {
    const double ms = run.trial_ms(limit_ms);
    least = std::min(least, ms);
    sum += ms;
  }
  return least;
}

// The rows that accept, ready to run, but for those that are hopelessly slow.
std::vector<Entrant> entrants_of(std::vector<RowTiming>& rows, const ConvProblem& problem,
                                 const Encoded& weights, const RowOperands& operands,
                                 double hopeless) {
  std::vector<Entrant> entrants;
  double best = std::numeric_limits<double>::infinity();
  for (RowTiming& timing : rows) {
    if (!timing.refusal.empty()) continue;
    auto run = std::make_unique<RowRun>(*timing.row, problem, weights, operands);
    const double ms = least_trial_ms(*run, hopeless * best);
    if (!run->status()) {
      timing.refusal = run->status().error().message();
      continue;
    }
    best = std::min(best, ms);
    entrants.push_back({&timing, std::move(run), ms});
  }
  std::erase_if(entrants, [&](const Entrant& entrant) {
    const bool out = entrant.trial_ms > hopeless * best;
    if (out)
      entrant.timing->refusal =
          fmt::format("left out: more than {} times slower than the fastest", hopeless);
    return out;
  });
  return entrants;
}

Result<Encoded> encoded_for(const ConvProblem& problem, const Tensor& weights) {
  if (!problem.integer() || !problem.format->encode_bytes) return problem.format->encode(weights);
  return problem.format->encode_bytes(DLIS_TRY(find_format("int8")->encode(weights)));
}

void describe(const Turns& turns, std::size_t index, std::size_t fastest,
              const ConvProblem& problem, const Ceiling& ceiling, RowTiming& timing) {
  for (const Round& round : turns.rounds) timing.ms.push_back(round.ms[index]);
  std::vector<double> times = turns.times(index);
  std::ranges::sort(times);
  timing.median_ms = quantile(times, 0.5);
  timing.p10_ms = quantile(times, 0.1);
  timing.p90_ms = quantile(times, 0.9);
  timing.gflops = 2e-6 * double(problem.macs()) / timing.median_ms;
  if (problem.format && problem.format->sparse)
    timing.real_gflops = 2e-6 * stored_macs(problem, problem.density) / timing.median_ms;
  timing.limit_ms = roofline_ms(*timing.row, problem, ceiling);
  timing.ratio = turns.ratio(index, fastest);
  timing.share = estimate_median(turns.samples([&](const Round& round) {
    return roofline_ms(*timing.row, problem, round.ceiling()) / round.ms[index];
  }));
}

Ceiling middle(const Turns& turns) {
  const auto of = [&](double Ceiling::*what) {
    return median(turns.samples([&](const Round& round) { return round.ceiling().*what; }));
  };
  return {of(&Ceiling::gflops), of(&Ceiling::gbytes), of(&Ceiling::bf16_gflops),
          of(&Ceiling::int8_gops)};
}

}  // namespace

Result<ProblemTimings> bench_rows(ConvProblem problem, const BenchOptions& options) {
  DLIS_TRY(check(problem, options));
  problem.isa = host_isa();
  if (!problem.format) problem.format = formats().front();
  RowOperands operands(problem, options.seed);
  if (problem.format->nearest) operands.weights = problem.format->nearest(operands.weights);
  const Encoded encoded = DLIS_TRY(encoded_for(problem, operands.weights));
  problem.density = encoded.density;
  ProblemTimings out;
  out.rows = DLIS_TRY(asked(problem, encoded));
  const std::vector<Entrant> entrants =
      entrants_of(out.rows, problem, encoded, operands, options.hopeless);
  Pool pool(problem.workers);
  const ScheduleSpec schedule = *parse_schedule("static");
  std::vector<std::function<void()>> runs;
  for (const Entrant& entrant : entrants)
    runs.push_back([&] { entrant.run->once(pool, schedule); });
  out.turns = measure_in_turns(runs, problem.workers, options.rounds, options.seconds);
  std::vector<double> medians;
  for (std::size_t i = 0; i < entrants.size(); ++i) medians.push_back(median(out.turns.times(i)));
  const auto fastest = std::size_t(std::ranges::min_element(medians) - medians.begin());
  out.ceiling = middle(out.turns);
  for (std::size_t i = 0; i < entrants.size(); ++i)
    describe(out.turns, i, fastest, problem, out.ceiling, *entrants[i].timing);
  out.limit_ms = roofline_ms(problem, out.ceiling);
  out.problem = std::move(problem);
  return out;
}

}  // namespace dlis
