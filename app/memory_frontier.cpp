// The longer part of `dlis plan`: time against memory.
#include <filesystem>

#include "output.h"
#include "plan.h"

namespace dlis::app {
namespace {

constexpr double kMebi = 1 << 20;

std::string rows_of(const Choices& choices) {
  std::map<std::string, int> uses;
  for (const auto& [layer, choice] : choices) ++uses[choice.format + "|" + choice.row];
  std::vector<std::string> parts;
  for (const auto& [row, times] : uses) parts.push_back(fmt::format("{} {}", times, row));
  return join(parts, ", ");
}

Plot plot_of(const std::string& model, const std::vector<FrontierPoint>& points) {
  PlotSeries measured{"whole plan, measured (p10 to p90)", {}}, layers{"sum of its layers", {}};
  for (const FrontierPoint& p : points) {
    const double x = double(p.peak_bytes) / kMebi;
    measured.points.push_back({x, p.median_ms, p.p10_ms, p.p90_ms, rows_of(p.choices)});
    layers.points.push_back({x, p.layers_ms, p.layers_ms, p.layers_ms, {}});
  }
  const auto& first = points.front();
  const auto& last = points.back();
  return {"Time against memory: " + model,
          fmt::format("From {:.1f} MiB and {:.3g} ms to {:.1f} MiB and {:.3g} ms in {} plans.",
                      double(first.peak_bytes) / kMebi, first.median_ms,
                      double(last.peak_bytes) / kMebi, last.median_ms, points.size()),
          "peak memory, MiB",
          "time of one run, ms",
          {measured, layers}};
}

}  // namespace

Status answer_frontier(const Subject& subject, const std::string& svg, bool json) {
  DLIS_TRY(check_folder_of(svg));
  const auto points = DLIS_TRY(memory_frontier(subject.graph, subject.plan));
  std::vector<std::vector<std::string>> lines{{"peak bytes", "weights bytes", "scratch bytes",
                                               "layers ms", "median ms", "p10 ms", "p90 ms",
                                               "rows"}};
  for (const FrontierPoint& p : points)
    lines.push_back({std::to_string(p.peak_bytes), std::to_string(p.weights_bytes),
                     std::to_string(p.scratch_bytes), fmt::format("{:.4f}", p.layers_ms),
                     fmt::format("{:.4f}", p.median_ms), fmt::format("{:.4f}", p.p10_ms),
                     fmt::format("{:.4f}", p.p90_ms), rows_of(p.choices)});
  print_rows(lines, "rrrrrrrl", json);
  if (svg.empty()) return {};
  return write_file_atomic(svg, svg_of(plot_of(subject.stack.model, points)));
}

}  // namespace dlis::app
