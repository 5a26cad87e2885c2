// Sweeps densities in turns with the dense rows.
#include "dlis/explore/break_even.h"

#include <algorithm>
#include <memory>
#include <span>

#include "dlis/explore/row_run.h"

namespace dlis {
namespace {

bool is_winograd(const RowTiming& timing) {
  return std::string_view(timing.row->name).starts_with("winograd");
}
bool is_reference(const ConvRow* row) { return std::string_view(row->name) == "reference"; }

// Weights in a format, and a row on them. What it points to lies where it was made.
struct Entrant {
  ConvProblem problem;
  std::unique_ptr<RowOperands> operands;
  std::unique_ptr<Encoded> weights;
  std::unique_ptr<RowRun> run;
};

Result<std::unique_ptr<Entrant>> entrant_of(const ConvRow& row, const ConvProblem& problem,
                                            std::uint64_t seed, const Tensor* own = nullptr) {
  auto e = std::make_unique<Entrant>();
  e->problem = problem;
  e->operands = std::make_unique<RowOperands>(problem, seed);
  if (own) e->operands->weights = *own;
  e->weights = std::make_unique<Encoded>(DLIS_TRY(problem.format->encode(e->operands->weights)));
  e->problem.density = e->weights->density;
  e->run = std::make_unique<RowRun>(row, e->problem, *e->weights, *e->operands);
  return e;
}

// The fastest of the dense rows for which `wanted` holds; a short bench is enough to tell.
template <class F>
RowTiming fastest(const ProblemTimings& timings, F wanted) {
  const RowTiming* best = nullptr;
  for (const RowTiming& t : timings.rows)
    if (t.refusal.empty() && wanted(t) && (!best || t.median_ms < best->median_ms)) best = &t;
  return best ? *best : RowTiming{};
}

double first_that_pays(const std::vector<SparseCurve::Point>& points) {
  double from = 0;
  for (auto point = points.rbegin(); point != points.rend(); ++point) {
    if (point->to_best.high >= 1) break;
    from = point->density;
  }
  return from;
}

using Entrants = std::vector<std::unique_ptr<Entrant>>;

// The points of a row with weights in its format; their entrants go behind the others.
Status add_points(SparseCurve& curve, ConvProblem sparse, std::uint64_t seed, const Tensor* own,
                  Entrants& entrants) {
  const double as_it_is[] = {1};
  const std::span<const double> densities = own ? std::span<const double>(as_it_is) : kDensities;
  for (const double density : densities) {
    sparse.density = density;
    entrants.push_back(DLIS_TRY(entrant_of(*curve.row, sparse, seed, own)));
    curve.points.push_back({entrants.back()->problem.density, 0, {}, {}});
  }
  return {};
}

// The curve of a row for each sparse format that it takes. A row of weights in the Winograd domain
// is given such.
Status add_curves(const ConvProblem& problem, std::uint64_t seed, const Tensor* own, int own_m,
                  std::vector<SparseCurve>& curves, Entrants& entrants) {
  for (const Format* format : formats()) {
    if (!format->sparse || !format->exact) continue;
    for (const ConvRow* row : conv_rows()) {
      ConvProblem sparse = problem;
      sparse.format = format;
      sparse.winograd = std::max(row->winograd, 0);
      if (own && sparse.winograd != own_m) continue;
      if (is_reference(row) || !accepts(*row, sparse)) continue;
      DLIS_TRY(add_points(curves.emplace_back(SparseCurve{row, format, {}, 0}), sparse, seed, own,
                          entrants));
    }
  }
  return {};
}

}  // namespace

Result<BreakEven> break_even(ConvProblem problem, const BenchOptions& options, const Tensor* own) {
  const int own_m = problem.winograd;
  problem.format = formats().front();
  problem.density = 1;
  problem.winograd = 0;
  problem.winograd_relu = false;
  BenchOptions brief = options;
  brief.rounds = std::min(options.rounds, 5);
  brief.hopeless = 25;  // F6 may be 5 times faster than the best direct row, which is wanted too
  const ProblemTimings dense = DLIS_TRY(bench_rows(problem, brief));
  BreakEven out{dense.problem,
                fastest(dense, [](auto&) { return true; }),
                fastest(dense, [](auto& t) { return !is_winograd(t); }),
                {}};
  if (!out.best.row || !out.direct.row) return fail("no dense row accepts it", line(problem));
  Entrants entrants;
  for (const ConvRow* row : {out.best.row, out.direct.row})
    entrants.push_back(DLIS_TRY(entrant_of(*row, out.problem, options.seed)));
  DLIS_TRY(add_curves(out.problem, options.seed, own, own_m, out.curves, entrants));
  if (out.curves.empty()) return fail("no sparse row accepts it", line(problem));
  Pool pool(problem.workers);
  const ScheduleSpec schedule = *parse_schedule("static");
  std::vector<std::function<void()>> runs;
  for (const auto& entrant : entrants) runs.push_back([&] { entrant->run->once(pool, schedule); });
  const Turns turns = measure_in_turns(runs, problem.workers, options.rounds, options.seconds);
  out.best.median_ms = median(turns.times(0));
  out.direct.median_ms = median(turns.times(1));
  std::size_t next = 2;
  for (SparseCurve& curve : out.curves) {
    for (SparseCurve::Point& point : curve.points) {
      point.ms = median(turns.times(next));
      point.to_best = turns.ratio(next, 0);
      point.to_direct = turns.ratio(next++, 1);
    }
    curve.pays_from = first_that_pays(curve.points);
  }
  return out;
}

}  // namespace dlis
