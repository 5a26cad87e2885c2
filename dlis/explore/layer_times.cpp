// Reads, uses and adds to a file of problems and milliseconds.
#include "dlis/explore/layer_times.h"

#include <fmt/format.h>

#include <fstream>
#include <map>
#include <memory>

#include "dlis/base/text.h"
#include "dlis/runtime/plan.h"

namespace dlis {
namespace {

// One thread, untuned: rows differ by machine, the problem does not. Empty: no convolution.
Result<std::string> problem_line(const Graph& layer) {
  PlanOptions options;
  options.tune = Tune::off;
  const auto plan = DLIS_TRY(make_plan(layer, options));
  for (const Step& step : plan->steps)
    if (step.conv_row) {
      ConvProblem problem = step.conv;
      problem.label.clear();
      return line(problem);
    }
  return std::string();
}

using Times = std::map<std::string, double>;  // milliseconds by problem

Result<Times> load_times(const std::string& file) {
  Times times;
  std::ifstream in(file);
  int number = 0;
  for (std::string text; std::getline(in, text);) {
    ++number;
    const std::size_t tab = text.rfind('\t');
    const auto ms = parse_real(std::string_view(text).substr(tab + 1));  // npos + 1 is 0
    if (!ms || *ms < 0 || !parse_conv_problem(text.substr(0, tab)))
      return fail("it is not a problem, a tab and milliseconds",
                  fmt::format("{}, line {}", file, number), "take the line out");
    times[text.substr(0, tab)] = *ms;
  }
  return times;
}

using LayerTimer = std::function<Result<double>(const Graph& layer)>;

// Each problem is measured once, and `add` told of it.
LayerTimer remembered(LayerTimer measured, Times known,
                      std::function<Status(const std::string&, double)> add) {
  return
      [=, times = std::make_shared<Times>(std::move(known))](const Graph& layer) -> Result<double> {
        const std::string problem = DLIS_TRY(problem_line(layer));
        if (const auto found = times->find(problem); found != times->end()) return found->second;
        const double ms = DLIS_TRY(measured(layer));
        if (problem.empty()) return ms;
        times->emplace(problem, ms);
        DLIS_TRY(add(problem, ms));
        return ms;
      };
}

}  // namespace

Status remember_layer_times(CompressOptions& options, const std::string& file) {
  options.layer_ms = remembered(options.layer_ms, DLIS_TRY(load_times(file)),
                                [](const std::string&, double) { return Status(); });
  return {};
}

Status keep_layer_times(CompressOptions& options, const std::string& file) {
  if (!std::ofstream(file, std::ios::app)) return fail("cannot be written", file);
  options.layer_ms = remembered(options.layer_ms, DLIS_TRY(load_times(file)),
                                [file](const std::string& problem, double ms) -> Status {
                                  std::ofstream to(file, std::ios::app);
                                  to << fmt::format("{}\t{:.6f}\n", problem, ms) << std::flush;
                                  return to ? Status() : fail("cannot be written", file);
                                });
  return {};
}

}  // namespace dlis
