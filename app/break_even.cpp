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

struct Layer {
  ConvProblem problem;
  Tensor own;  // empty: random weights
};

// The weights of the node that a step was made of, where at least one of a hundred is zero.
Tensor zeros_of(const Graph& graph, const Step& step) {
  for (const Node& node : graph.nodes) {
    if (node.inputs.size() < 2 || graph.value(node.outputs[0]).name != step.name) continue;
    const Tensor& weights = graph.value(node.inputs[1]).constant;
    if (!weights.has_value() || weights.shape() != step.conv.weights_shape()) continue;
    Tensor real = weights.converted(DType::f32);
    const auto values = real.as<float>();
    const auto zeros = std::ranges::count(values, 0.0f);
    if (100 * std::size_t(zeros) >= values.size()) return real;
  }
  return {};
}

// The ungrouped convolutions of a plan by name: each distinct problem once, or each layer with
// zeros.
std::vector<Layer> layers_of(const Plan& plan, const Graph* own) {
  std::vector<Layer> layers;
  std::vector<std::string> seen;
  for (const Step& step : plan.steps) {
    if (!step.conv_row || step.conv.groups > 1) continue;
    Layer layer{step.conv, own ? zeros_of(*own, step) : Tensor()};
    layer.problem.label.clear();
    layer.problem.format = nullptr;
    layer.problem.density = 1;
    const bool known = std::ranges::find(seen, line(layer.problem)) != seen.end();
    if (own ? !layer.own.has_value() : known) continue;
    seen.push_back(line(layer.problem));
    layer.problem.label = step.name;
    layers.push_back(std::move(layer));
  }
  return layers;
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

Status answer(const std::vector<Layer>& layers, const BenchOptions& options, const std::string& svg,
              bool json) {
  DLIS_TRY(check_folder_of(svg));
  std::vector<BreakEven> all;
  for (const Layer& layer : layers) {
    auto found = break_even(layer.problem, options, layer.own.has_value() ? &layer.own : nullptr);
    if (!found && layers.size() == 1) return tl::unexpected(found.error());
    if (!found) {
      fmt::print(stderr, "{}: {}\n", line(layer.problem), found.error().message());
      continue;
    }
    json ? print_objects(*found) : print_table(*found);
    all.push_back(std::move(*found));
  }
  if (all.empty())
    return fail("no layer is a convolution or dense layer that a sparse row accepts",
                "--break-even", "name a model in f32 (with zeros for --own-weights), or a problem");
  return svg.empty() ? Status{} : write_file_atomic(svg, svg_of(plot_of(all)));
}

}  // namespace

Status answer_break_even(const ConvProblem& problem, const BenchOptions& options,
                         const std::string& svg, bool json) {
  return answer({{problem, {}}}, options, svg, json);
}

Status answer_break_even(const Plan& plan, const Graph* own, const BenchOptions& options,
                         const std::string& svg, bool json) {
  const Graph prepared = own ? DLIS_TRY(prepare(*own)) : Graph{};  // as the plan has it
  return answer(layers_of(plan, own ? &prepared : nullptr), options, svg, json);
}

}  // namespace dlis::app
