// The layers of a model, each with its time.
#include <algorithm>
#include <array>
#include <map>

#include "bench.h"
#include "output.h"

namespace dlis::app {
namespace {

struct Sum {
  double ms = 0, gflop = 0;
};

// What there is to say of a layer whose format leaves zeros out.
constexpr std::array kSparseHeader{"density", "real GFLOP/s", "packed bytes"};

bool is_sparse(const Step& step) {
  return step.conv_row && step.conv.format->sparse && chosen(step);
}

std::vector<std::string> sparse_cells(const Step& step, double ms) {
  if (!is_sparse(step)) return {};
  const double density = chosen(step)->density;
  const double real = ms > 0 ? 2e-6 * stored_macs(step.conv, density) / ms : 0;
  return {percent(density), fmt::format("{:.1f}", real), std::to_string(step.weights_bytes)};
}

std::vector<std::string> speed_cells(const Sum& sum, double total_ms, double ceiling) {
  std::vector<std::string> cells{fmt::format("{:.4f}", sum.ms),
                                 percent(sum.ms / std::max(total_ms, 1e-9))};
  const double gflops = sum.ms > 0 ? 1000 * sum.gflop / sum.ms : 0;
  cells.push_back(sum.gflop > 0 ? fmt::format("{:.1f}", gflops) : "-");
  cells.push_back(sum.gflop > 0 ? percent(gflops / ceiling) : "-");
  return cells;
}

}  // namespace

Status print_layers(Session& session, double seconds, double gflops_ceiling) {
  const auto times = DLIS_TRY(step_times(session, seconds));
  double total = 0;
  for (double ms : times) total += ms;
  const auto& steps = session.plan().steps;
  const bool sparse = std::ranges::any_of(steps, is_sparse);
  std::vector<std::vector<std::string>> lines{
      {"layer", "op", "row", "problem", "ms", "share", "GFLOP/s", "of the ceiling"}};
  if (sparse) lines[0].insert(lines[0].end(), kSparseHeader.begin(), kSparseHeader.end());
  const auto add = [&](std::vector<std::string> cells, const Sum& sum) {
    const auto speed = speed_cells(sum, total, gflops_ceiling);
    cells.insert(cells.end(), speed.begin(), speed.end());
    lines.push_back(std::move(cells));
  };
  std::map<std::string, Sum> by_filter;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Step& step = steps[i];
    if (!step.conv_row) {
      add({step.name, step.op, step.op_row->name, ""}, {times[i], 0});
      continue;
    }
    ConvProblem problem = step.conv;
    problem.label.clear();
    const Sum sum{times[i], 2e-9 * double(problem.macs())};
    add({step.name, step.op, step.conv_row->name, line(problem)}, sum);
    if (sparse) {
      const auto cells = sparse_cells(step, times[i]);
      lines.back().insert(lines.back().end(), cells.begin(), cells.end());
    }
    Sum& filter = by_filter[fmt::format("{}{}x{}", problem.depthwise() ? "depthwise " : "",
                                        problem.r, problem.s)];
    filter.ms += sum.ms;
    filter.gflop += sum.gflop;
  }
  for (const auto& [filter, sum] : by_filter) add({"all " + filter, "", "", ""}, sum);
  print(text_table(lines, "llllrrrrrrr"));
  return {};
}

}  // namespace dlis::app
