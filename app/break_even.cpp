// dlis bench ... --break-even: tables, and a picture.
#include <algorithm>

#include "bench.h"
#include "json_output.h"

namespace dlis::app {
namespace {

void print_table(const BreakEven& found) {
  print(fmt::format("{}: best dense {} {:.4f} ms, without Winograd {} {:.4f} ms ({:.1f} GFLOP/s)\n",
                    line(found.problem), found.best.row->name, found.best.median_ms,
                    found.direct.row->name, found.direct.median_ms,
                    2e-6 * double(found.problem.macs()) / found.direct.median_ms));
  std::vector<std::vector<std::string>> lines{
      {"row", "density", "ms", "of the best dense", "of the best without Winograd"}};
  for (const SparseCurve& curve : found.curves)
    for (const auto& p : curve.points)
      lines.push_back({curve.row->name, percent(p.density), fmt::format("{:.4f}", p.ms),
                       text_of(p.to_best), text_of(p.to_direct)});
  print(text_table(lines, "lrrrr"));
  for (const SparseCurve& curve : found.curves)
    print(curve.pays_from > 0
              ? fmt::format("{} beats it from {} density on\n", curve.row->name,
                            percent(curve.pays_from))
              : fmt::format("{} does not beat it at any density\n", curve.row->name));
}

void print_objects(const BreakEven& found) {
  for (const SparseCurve& curve : found.curves)
    for (const auto& p : curve.points)
      print_line({{"problem", line(found.problem)},
                  {"row", curve.row->name},
                  {"format", curve.format->name},
                  {"density", p.density},
                  {"median_ms", p.ms},
                  {"best", found.best.row->name},
                  {"best_ms", found.best.median_ms},
                  {"direct", found.direct.row->name},
                  {"direct_ms", found.direct.median_ms},
                  {"to_best", {p.to_best.low, p.to_best.value, p.to_best.high}},
                  {"to_direct", {p.to_direct.low, p.to_direct.value, p.to_direct.high}},
                  {"pays_from", curve.pays_from}});
}

// Each distinct problem of a plan, with a name.
std::vector<ConvProblem> problems_of(const Plan& plan) {
  std::vector<ConvProblem> problems;
  std::vector<std::string> seen;
  for (const Step& step : plan.steps) {
    if (!step.conv_row || step.conv.groups > 1) continue;
    ConvProblem problem = step.conv;
    problem.label.clear();
    problem.format = nullptr;
    problem.density = 1;
    if (std::ranges::find(seen, line(problem)) != seen.end()) continue;
    seen.push_back(line(problem));
    problem.label = step.name;
    problems.push_back(problem);
  }
  return problems;
}

Plot plot_of(std::span<const BreakEven> found) {
  Plot plot{"Time by density",
            "Sparse rows beside the best dense row, which is 1",
            "density",
            "time of the best dense row's",
            {}};
  for (const BreakEven& one : found)
    for (const SparseCurve& curve : one.curves) {
      PlotSeries series{fmt::format("{} {}x{} c{} k{}", curve.row->name, one.problem.h,
                                    one.problem.w, one.problem.c, one.problem.k),
                        {}};
      for (const auto& p : curve.points)
        series.points.push_back({p.density, p.to_best.value, p.to_best.low, p.to_best.high,
                                 fmt::format("{:.4f} ms", p.ms)});
      plot.series.push_back(std::move(series));
    }
  return plot;
}

}  // namespace

Status answer_break_even(const std::vector<ConvProblem>& problems, const BenchOptions& options,
                         const std::string& svg, bool json) {
  DLIS_TRY(check_folder_of(svg));
  std::vector<BreakEven> all;
  for (const ConvProblem& problem : problems) {
    auto found = break_even(problem, options);
    if (!found && problems.size() == 1) return tl::unexpected(found.error());
    if (!found) {
      fmt::print(stderr, "{}: {}\n", line(problem), found.error().message());
      continue;
    }
    json ? print_objects(*found) : print_table(*found);
    all.push_back(std::move(*found));
  }
  if (all.empty())
    return fail("no layer is a convolution or dense layer that a sparse row accepts",
                "--break-even", "name a model in f32, or a problem");
  return svg.empty() ? Status{} : write_file_atomic(svg, svg_of(plot_of(all)));
}

Status answer_break_even(const Plan& plan, const BenchOptions& options, const std::string& svg,
                         bool json) {
  return answer_break_even(problems_of(plan), options, svg, json);
}

}  // namespace dlis::app
