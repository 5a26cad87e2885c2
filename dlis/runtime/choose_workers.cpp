// Chooses how a layer's tiles go to workers: the schedule, how many workers, how finely they are
// cut.
#include <algorithm>

#include "dlis/runtime/choose.h"

namespace dlis {

std::vector<int> Chooser::worker_counts() const {
  std::vector<int> counts = fewer_;
  counts.push_back(options_.threads);
  return counts;
}

// How the chosen row's tiles go to workers.
void Chooser::settle_schedule(LoweredStep& layer, Candidate& candidate) {
  Step& step = layer.step;
  step.schedule = schedule_;
  step.workers = step.conv.workers = candidate.workers;
  if (step.conv_row->enqueue || (!tune_schedule_ && !measure_speeds_)) return;
  const auto weights = encoded(layer, step.conv.format);
  if (!weights) return;
  if (measure_speeds_)
    step.schedule.speeds = timer_.speeds(layer, **weights, *step.conv_row, step.workers);
  else
    tune_schedule(layer, candidate, **weights);
  step.conv.workers = std::max(step.conv.workers, step.workers);
}

// Every schedule on every number of workers; without speeds `weighted` is `static`. Where workers
// differ in speed, tiles that are cut finer balance better, if shares may differ: eight tiles leave
// a core of half the speed idle for an eighth of the time.
void Chooser::tune_schedule(LoweredStep& layer, Candidate& candidate, const Encoded& weights) {
  constexpr double kFaster = 0.99;  // of the time so far: less is noise
  Step& step = layer.step;
  for (const int workers : worker_counts()) {
    if (workers == 1) continue;
    const auto speeds = timer_.speeds(layer, weights, *step.conv_row, workers);
    for (const int finer : {1, 2, 4}) {
      if (finer > 1 && speeds.empty()) break;
      ConvProblem problem = step.conv;
      problem.workers = finer * workers;
      const std::size_t packed = step.conv_row->packed_bytes(problem, &weights);
      const std::size_t scratch = step.conv_row->scratch_bytes(problem);
      if (options_.memory_bytes > 0 &&
          (packed > candidate.packed_bytes || scratch > candidate.scratch_bytes))
        continue;
      for (const Schedule* row : schedules()) {
        const ScheduleSpec spec{row, 1, row->has_speeds ? speeds : std::vector<double>{}};
        const bool unequal = row->has_chunk || row->has_speeds;
        if (unequal ? row->has_speeds && speeds.empty() : finer > 1) continue;
        const double ms =
            *timer_.time(layer, weights, *step.conv_row, {spec, workers, problem.workers});
        if (ms >= kFaster * candidate.milliseconds) continue;
        step.schedule = spec;
        step.workers = candidate.workers = workers;
        step.conv.workers = problem.workers;
        candidate.milliseconds = ms;
        step.weights_bytes = packed, step.scratch_bytes = scratch;
      }
    }
  }
  candidate.packed_bytes = step.weights_bytes, candidate.scratch_bytes = step.scratch_bytes;
}

// Those of an earlier plan, or measured. Indices have to be valid, so only operators on real values
// are tried. All workers have to gain more than noise.
void Chooser::decide_workers(std::vector<LoweredStep>& layers) {
  constexpr double kFaster = 0.97;
  for (LoweredStep& layer : layers)
    if (const auto it = options_.choices.find(layer.step.name);
        layer.step.op_row && it != options_.choices.end())
      layer.step.workers = std::clamp(it->second.workers, 0, options_.threads);
  if (!tune_schedule_ || !options_.choices.empty()) return;
  const auto real = [](const TensorDesc& desc) {
    return desc.type == DType::f32 && desc.shape.elements() > 0;
  };
  for (LoweredStep& layer : layers) {
    Step& step = layer.step;
    if (!step.op_row || step.is_enqueued() || !std::ranges::all_of(step.reads, real) ||
        !std::ranges::all_of(step.writes, real))
      continue;
    double best = 0;
    for (const int workers : worker_counts()) {
      const double ms = timer_.time(step, step.schedule, workers);
      if (best == 0 || ms < kFaster * best) best = ms, step.workers = workers;
    }
  }
}

}  // namespace dlis
