// Rows x shapes: every convolution row that accepts a line of bench/shapes, one thread. The result
// is checked before it is timed; `share` is the rate over the FMA ceiling measured right before and
// after.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "dlis/compute/conv/conv_case.h"
#include "dlis/hardware/ceiling.h"

namespace dlis {
namespace {

constexpr std::int64_t kSlowLimit = 4000000;  // multiplications that `reference` may take

// Looks at some outputs; the largest distance as a share of the tolerance.
double distance(ConvCase& c, const ConvRow& row) {
  const ConvProblem& p = c.problem();
  const std::vector<float> y = c.once(row);
  Rng rng(11);
  double worst = 0;
  for (int i = 0; i < 64; ++i) {
    const std::int64_t n = rng.below(p.n), h = rng.below(p.p()), q = rng.below(p.q());
    const std::int64_t k = rng.below(p.k);
    const double got = y[std::size_t(((n * p.p() + h) * p.q() + q) * p.k + k)];
    worst = std::max(worst, c.error_at(n, h, q, k, got) / row.tolerance.relative);
  }
  return worst;
}

void run(benchmark::State& state, const ConvRow& row, const ConvProblem& problem) {
  ConvCase c(problem, 1);
  c.prepare(row);
  if (distance(c, row) > 1) return state.SkipWithError("wrong result");
  const double before = measure_gflops(1, 0.02);
  for (auto _ : state) c.whole(row);
  const double ceiling = (before + measure_gflops(1, 0.02)) / 2;
  const double flops = 2.0 * double(problem.macs()) * problem.density;
  using benchmark::Counter;
  state.counters["GFLOP/s"] = Counter(flops * 1e-9, Counter::kIsIterationInvariantRate);
  state.counters["share"] = Counter(flops * 1e-9 / ceiling, Counter::kIsIterationInvariantRate);
}

std::vector<ConvProblem> shapes_of(const std::filesystem::path& file) {
  std::vector<ConvProblem> shapes;
  std::ifstream in(file);
  for (std::string text; std::getline(in, text);) {
    if (text.empty() || text[0] == '#') continue;
    auto problem = parse_conv_problem(text);
    if (!problem) continue;
    problem->isa = host_isa();
    shapes.push_back(*problem);
  }
  return shapes;
}

bool register_all() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(DLIS_SOURCE_DIR "/bench/shapes"))
    files.push_back(entry.path());
  std::ranges::sort(files);
  for (const auto& file : files)
    for (const ConvProblem& problem : shapes_of(file))
      for (const ConvRow* row : conv_rows()) {
        const bool slow = row->name == std::string_view("reference");
        if (!accepts(*row, problem) || (slow && problem.macs() > kSlowLimit)) continue;
        const std::string name = std::string(row->name) + "/" + problem.label;
        benchmark::RegisterBenchmark(
            name.c_str(), [row, problem](benchmark::State& state) { run(state, *row, problem); })
            ->Unit(benchmark::kMillisecond)
            ->UseRealTime();
      }
  return true;
}

const bool registered = register_all();

}  // namespace
}  // namespace dlis
