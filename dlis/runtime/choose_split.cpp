// Chooses which layers the processor and a device compute together, and what each gets.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "dlis/runtime/choose.h"
#include "dlis/runtime/sides.h"
#include "dlis/runtime/split.h"

namespace dlis {
namespace {

constexpr double kPays = 0.97;  // of the faster side's time: else a layer stays whole

}  // namespace

void Chooser::split(std::vector<LoweredStep>& layers) {
  const bool measures = options_.tune != Tune::off && options_.memory_bytes == 0;
  if (!is_chain(options_.device) || !measures) return;
  for (LoweredStep& layer : layers)
    if (layer.weights.has_value() && !options_.choices.contains(layer.step.name)) try_split(layer);
}

// Between the fastest row of either side, from the shares that their times suggest.
void Chooser::try_split(LoweredStep& layer) {
  Step& step = layer.step;
  const Candidate* best[2] = {};  // of the processor, of the device
  for (const Candidate& c : step.candidates) {
    const Candidate*& known = best[c.row->enqueue ? 1 : 0];
    if (c.offered && c.milliseconds > 0 && (!known || c.milliseconds < known->milliseconds))
      known = &c;
  }
  const Candidate *host = best[0], *device = best[1];
  if (!host || !device) {
    step.split.why_whole = fmt::format("only rows of {} accept it", host ? "cpu" : "the device");
    return;
  }
  const auto host_weights = encoded(layer, host->format);
  const auto device_weights = encoded(layer, device->format);
  if (!host_weights || !device_weights) return;
  ConvProblem problem = with_format(step.conv, host->format, (*host_weights)->density);
  problem.workers = host->workers;
  const auto cut = [&](std::int64_t rows) {
    return make_split(problem, *host->row, *device->row, *device->format, rows);
  };
  const auto time = [&](std::int64_t rows) {
    constexpr double kNever = std::numeric_limits<double>::infinity();
    const auto part = cut(rows);
    if (!part) return kNever;
    const auto ms = timer_.time(layer, **host_weights, **device_weights, *host->row, *part,
                                {schedule_, host->workers, host->workers});
    return ms ? *ms : kNever;
  };
  const double share = host->milliseconds / (host->milliseconds + device->milliseconds);
  const std::int64_t total = problem.p();
  const std::int64_t rows = best_rows(total, std::llround(double(total) * share), time);
  if (rows == 0) {
    step.split.why_whole =
        fmt::format("{} and {} accept no parts of it", host->row->name, device->row->name);
    return;
  }
  const double ms = time(rows);  // known by now
  if (ms >= kPays * std::min(host->milliseconds, device->milliseconds)) {
    step.split.why_whole = fmt::format("no split pays: {} of {} rows on {} would take {:.3f} ms",
                                       rows, total, device->row->device, ms);
    return;
  }
  step.conv_row = host->row;
  step.conv = problem;
  step.workers = host->workers;
  step.schedule = schedule_;
  step.split = *cut(rows);
  step.split.milliseconds = ms;
}

}  // namespace dlis
