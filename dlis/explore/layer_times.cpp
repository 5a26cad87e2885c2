// Reads, uses and adds to a file of problems and milliseconds.
#include "dlis/explore/layer_times.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>

#include "dlis/base/file.h"
#include "dlis/base/text.h"
#include "dlis/runtime/plan.h"

namespace dlis {
namespace {

namespace fs = std::filesystem;

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
constexpr double kMostMs = 1e9;

Result<Times> load_times(const std::string& file) {
  Times times;
  std::error_code none;
  if (!fs::exists(file, none)) return times;
  const std::string text = DLIS_TRY(read_text(file));
  std::vector<std::string_view> lines = split(text, '\n');
  if (lines.back().empty()) lines.pop_back();
  int number = 0;
  for (const std::string_view each : lines) {
    ++number;
    const std::size_t tab = each.rfind('\t');
    const std::string problem(each.substr(0, tab));
    const auto ms = parse_real(each.substr(tab + 1));  // npos + 1 is 0
    if (!ms || *ms < 0 || *ms > kMostMs || !parse_conv_problem(problem))
      return fail("it is not a problem, a tab and milliseconds",
                  fmt::format("{}, line {}", file, number), "take the line out");
    times[problem] = *ms;
  }
  return times;
}

// A line of its own, or where the disk is full none at all; whoever wrote the file may have left
// its last line open.
Status add_time(const std::string& file, const std::string& problem, double ms) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(file, error);
  bool open = false;
  if (!error && size > 0) {
    std::ifstream in(file);
    in.seekg(-1, std::ios::end);
    open = in.get() != '\n';
  }
  std::ofstream to(file, std::ios::app);
  to << fmt::format("{}{}\t{:.6f}\n", open ? "\n" : "", problem, ms) << std::flush;
  if (to) return {};
  if (!error) fs::resize_file(file, size, error);
  return fail("cannot be written", file);
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
  std::error_code none;
  if (!fs::exists(file, none))
    DLIS_TRY(check_writable(file));
  else if (!std::ofstream(file, std::ios::app))
    return fail("cannot be written", file);
  options.layer_ms = remembered(
      options.layer_ms, DLIS_TRY(load_times(file)),
      [file](const std::string& problem, double ms) { return add_time(file, problem, ms); });
  return {};
}

}  // namespace dlis
